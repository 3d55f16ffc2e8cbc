using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary><c>cambist new client-key</c>: a key pair for a client that authenticates by signed assertions (private_key_jwt).</summary>
static class NewClientKeyCommand
{
    public static Command Create(Terminal terminal)
    {
        var algorithm = new Option<string>("--alg") { Description = "ES256 (the default), ES384, PS256 or RS256.", DefaultValueFactory = _ => "ES256", HelpName = "ALG" };
        algorithm.AcceptOnlyFromAmong([.. JwsAlgorithm.Signing.Select(known => known.Name)]);
        var file = new Option<string?>("--out") { Description = "Writes the private key to this new file (mode 0600) and not to standard output.", HelpName = "FILE" };
        var json = new Option<bool>("--json") { Description = "Prints JSON." };
        var command = new Command("client-key", """
            A key pair for a client: the private key for the client (PKCS #8, PEM), the public one for the registry.
            The client signs a short JWT with it for each request (private_key_jwt): iss and sub its id, aud this server's issuer.
            For example: cambist new client-key --out orders.pem
            """) { algorithm, file, json };
        command.SetAction(parsed =>
        {
            var key = SigningKey.Create(JwsAlgorithm.All[parsed.GetValue(algorithm)!]);
            var pem = PemEncoding.WriteString("PRIVATE KEY", key.ExportPrivateKey());
            var path = parsed.GetValue(file);
            if (path is not null) Write(path, pem);
            terminal.Output.WriteLine(parsed.GetValue(json) ? Json(key, pem, path) : Text(key, pem, path));
        });
        return command;
    }

    static string Text(SigningKey key, string pem, string? path) => $$"""
        {{(path is null ? $"# the private key, shown once; the client keeps it\n{pem}" : $"# the private key is in {path}; the client keeps it")}}

        # the public key: put it under the client in the registry (auth: private_key_jwt is implied)
            jwks: { "keys": [{{Encoding.UTF8.GetString(key.PublicJwk.Span)}}] }
        """;

    static string Json(SigningKey key, string pem, string? path)
    {
        var json = new JsonObject { ["kid"] = key.KeyId, ["alg"] = key.Algorithm.Name };
        if (path is null) json["private_key_pem"] = pem;
        else json["private_key_file"] = path;
        json["jwks"] = new JsonObject { ["keys"] = new JsonArray(JsonNode.Parse(key.PublicJwk.Span)) };
        return json.ToJsonString();
    }

    static void Write(string path, string pem)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var stream = new FileStream(path, options);
            stream.Write(Encoding.ASCII.GetBytes(pem + "\n"));
            stream.Flush(flushToDisk: true);
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new FailedException($"{path} is there already, and a key is never overwritten; choose another name with --out");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new FailedException($"{path} cannot be written ({e.Message.TrimEnd('.')}); choose another with --out");
        }
    }
}
