namespace Cambist.LoadBench;

/// <summary>How each of the servers is started, on a port of its own.</summary>
sealed class Launches(Tokens tokens)
{
    /// <param name="mode">What it does: rs-es, es-es, form.</param>
    public static Launch BareLoop(string mode, MintedTokens subjects) => BareLoop(mode, subjects.Keys, subjects.Issuer, Request.Client);

    public static Launch BareLoop(string mode, string keys, string issuer, string audience)
    {
        var port = Launch.FreePort();
        return new($"bare {mode}", ["dotnet", Folders.Published("bare-loop", "bare-loop.dll"), mode, $"{port}", keys, issuer, audience, Request.Client, Request.Secret], port);
    }

    public Launch OidcProvider()
    {
        var port = Launch.FreePort();
        return new("oidc-provider", ["node", "bench/oidc-provider/server.mjs", $"{port}", tokens.Login.Keys, tokens.Login.Issuer, Request.Client, Request.Client, Request.Secret], port)
        {
            Environment = new Dictionary<string, string> { ["NODE_ENV"] = "production" },
        };
    }

    /// <summary>A Cambist on a new SQLite file.</summary>
    public Launch Cambist(string name, int registrySize = Registry.Ordinary)
    {
        var (folder, port) = (Folders.Make($"store {name}"), Launch.FreePort());
        return Cambist(name, port, Registry.Write(folder, $"http://127.0.0.1:{port}", tokens, registrySize), $"sqlite:{Path.Combine(folder, "cambist.db")}");
    }

    /// <summary>Cambists that share an empty database.</summary>
    public async Task<IReadOnlyList<Launch>> CambistsAsync(string database, Postgres postgres, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var folder = Folders.Make($"store postgres {database}");
        var storage = await postgres.CreateDatabaseAsync(database, cancellationToken);
        var ports = names.Select(_ => Launch.FreePort()).ToArray();
        var registry = Registry.Write(folder, $"http://127.0.0.1:{ports[0]}", tokens, Registry.Ordinary);
        var keyFile = Path.Combine(folder, "cambist.key");
        await File.WriteAllTextAsync(keyFile, await Command.OutputAsync("dotnet", cancellationToken, Folders.Published("cambist", "Cambist.Server.dll"), "new", "key-file"), cancellationToken);
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return [.. names.Zip(ports, (name, port) => Cambist(name, port, registry, storage, ("CAMBIST__KEYFILE", keyFile)))];
    }

    static Launch Cambist(string name, int port, string registry, string storage, params IEnumerable<(string Name, string Value)> settings) =>
        new(name, ["dotnet", Folders.Published("cambist", "Cambist.Server.dll"), "serve", "--registry", registry, "--urls", $"http://127.0.0.1:{port}", "--management-urls", $"http://127.0.0.1:{Launch.FreePort()}"], port)
        {
            Environment = settings.Append(("CAMBIST__STORAGE", storage)).ToDictionary(setting => setting.Item1, setting => setting.Item2),
        };
}
