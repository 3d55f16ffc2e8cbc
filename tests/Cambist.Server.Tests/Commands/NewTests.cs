using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist new</c>: what it writes can be used as it is.</summary>
public class NewTests
{
    [Fact]
    public async Task A_new_registry_starts_a_server_as_it_is()
    {
        var printed = await BuiltServer.RunAsync(Path.GetTempPath(), ["new", "registry"]);
        printed.ExitCode.ShouldBe(0);
        await using var server = await TestServer.StartAsync(issuer => printed.Output.Replace("http://127.0.0.1:8080", issuer, StringComparison.Ordinal));
        server.Log.Lines.ShouldNotContain(line => line.Contains("registry_warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_schema_for_editors_ships_inside_the_server_and_beside_it()
    {
        using var embedded = System.Reflection.Assembly.Load("Cambist.Server").GetManifestResourceStream("cambist.schema.json").ShouldNotBeNull();
        using var reader = new StreamReader(embedded);
        var beside = Path.Combine(Path.GetDirectoryName(System.Reflection.Assembly.Load("Cambist.Server").Location)!, "cambist.schema.json");
        (await File.ReadAllTextAsync(beside)).ShouldBe(await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_new_secret_comes_with_its_hash_and_never_twice()
    {
        var first = (await BuiltServer.RunAsync(Path.GetTempPath(), ["new", "secret"])).Output.Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries);
        first.Length.ShouldBe(4);
        first[3].ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(first[1]))));
        (await BuiltServer.RunAsync(Path.GetTempPath(), ["new", "secret"])).Output.ShouldNotContain(first[1]);
    }

    [Fact]
    public async Task A_new_secret_as_json()
    {
        var json = JsonNode.Parse((await BuiltServer.RunAsync(Path.GetTempPath(), ["new", "secret", "--json"])).Output)!;
        ((string)json["sha256"]!).ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes((string)json["secret"]!))));
    }

    [Fact]
    public async Task A_new_key_file_seals_a_store()
    {
        var printed = await BuiltServer.RunAsync(Path.GetTempPath(), ["new", "key-file"]);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, printed.Output);
        await using (await TestServer.StartAsync(issuer => $"issuer: {issuer}", settings: new Dictionary<string, string?> { ["Cambist:KeyFile"] = file })) { }
        File.Delete(file);
    }
}
