using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Cambist.Server.Tests;

/// <summary><c>cambist new client-key</c>.</summary>
public sealed class NewClientKeyTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("PS256")]
    [InlineData("RS256")]
    public async Task The_public_key_goes_into_the_registry_and_loads_without_a_word_about_it(string algorithm)
    {
        var printed = (await _cli.RunAsync(["new", "client-key", "--alg", algorithm])).Output;
        var block = printed.Split('\n').Single(line => line.StartsWith("    jwks:", StringComparison.Ordinal));
        var result = await _cli.RunAsync(["check", "-"], $"issuer: https://sts.example.com\nclients:\n  orders:\n{block}");
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldNotContain("not built");
        result.Output.ShouldNotContain("jwks");
        block.ShouldContain($"\"alg\":\"{algorithm}\"");
        block.ShouldNotContain("\"d\"");
    }

    [Fact]
    public async Task The_private_key_goes_to_a_new_file_that_its_owner_alone_can_read()
    {
        var file = _cli.Path("orders.pem");
        var result = await _cli.RunAsync(["new", "client-key", "--out", file, "--json"]);
        result.Output.ShouldNotContain("BEGIN PRIVATE KEY");
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);

        using var key = ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        var jwk = JsonNode.Parse(result.Output)!["jwks"]!["keys"]![0]!;
        ((string)jwk["x"]!).ShouldBe(System.Buffers.Text.Base64Url.EncodeToString(key.ExportParameters(false).Q.X));

        var before = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        (await _cli.FailAsync(["new", "client-key", "--out", file])).ShouldContain("never overwritten");
        (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).ShouldBe(before);
        (await _cli.FailAsync(["new", "client-key", "--out", _cli.Path("no/such/folder.pem")])).ShouldContain("--out");
    }

    [Fact]
    public async Task Without_a_file_both_keys_are_printed_and_json_holds_both()
    {
        var json = JsonNode.Parse((await _cli.RunAsync(["new", "client-key", "--json"])).Output)!;
        using var key = ECDsa.Create();
        key.ImportFromPem((string)json["private_key_pem"]!);
        ((string)json["alg"]!, (string)json["kid"]!).ShouldBe(("ES256", (string)json["jwks"]!["keys"]![0]!["kid"]!));
    }

    [Fact]
    public async Task A_symmetric_algorithm_is_wrong_usage() =>
        (await _cli.FailAsync(["new", "client-key", "--alg", "HS256"], exitCode: 2)).ShouldContain("ES256");
}
