using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist check</c>.</summary>
public sealed class CheckTests : IDisposable
{
    const string Wrong = """
        issuer: https://sts.example.com
        resources:
          orders: { identifiers: https://orders.example.com, scopes: read, lifetime: 5m }
        clients:
          web: { secrets: { file: web-secret } }
          key: { jwks: { keys: [] } }
        """;

    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task The_starting_registry_passes_without_a_warning()
    {
        var registry = _cli.Write("cambist.yaml", (await _cli.RunAsync(["new", "registry"])).Output);
        var result = await _cli.RunAsync(["check", registry]);
        (result.ExitCode, result.Error).ShouldBe((0, ""));
        var lines = result.Output.TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(2);
        lines[0].ShouldStartWith($"{registry}: 0 errors, 0 warnings; 1 issuer, 2 resources, 2 clients, 2 rules, revision ");
        lines[1].ShouldStartWith("no policy tests");
    }

    [Fact]
    public async Task Without_a_file_it_checks_the_one_that_serve_would_read()
    {
        _cli.Write("cambist.yaml", (await _cli.RunAsync(["new", "registry"])).Output);
        _cli.Write("other.yaml", "rulez: []");
        var folder = Path.GetDirectoryName(_cli.Path("cambist.yaml"))!;
        var ours = await BuiltServer.RunAsync(folder, ["check"], cancellation: TestContext.Current.CancellationToken);
        (ours.ExitCode, ours.Error).ShouldBe((0, ""));
        ours.Output.ShouldStartWith("cambist.yaml: 0 errors");
        var named = await BuiltServer.RunAsync(folder, ["check"], environment: new Dictionary<string, string> { ["CAMBIST__REGISTRY"] = "other.yaml" }, cancellation: TestContext.Current.CancellationToken);
        named.ExitCode.ShouldBe(1);
        named.Error.ShouldContain("other.yaml:1:1 document: 'rulez' is unknown here");
    }

    [Fact]
    public async Task The_registry_of_the_contract_passes_with_a_real_hash_and_the_two_secret_files_in_place()
    {
        _cli.Write("orders-secret", "the-secret-of-orders-1234567890");
        _cli.Write("deploy-secret", "the-secret-of-deploy-1234567890");
        var registry = _cli.Write("contract.yaml", File.ReadAllText(Path.Combine(BuiltServer.Root, "samples", "registries", "contract.yaml"))
            .Replace("<64 hex digits of SHA-256 of the UTF-8 secret>", new string('7', 64), StringComparison.Ordinal));
        var result = await _cli.RunAsync(["check", registry]);
        (result.ExitCode, result.Error).ShouldBe((0, ""));
    }

    [Fact]
    public async Task Every_error_comes_at_once_with_its_place_and_the_exit_code_is_1()
    {
        var registry = _cli.Write("wrong.yaml", Wrong);
        var result = await _cli.RunAsync(["check", registry]);
        result.ExitCode.ShouldBe(1);
        var lines = result.Error.TrimEnd('\n').Split('\n');
        lines.Length.ShouldBeGreaterThanOrEqualTo(2);
        lines[0].ShouldStartWith($"{registry}:3:68 ");
        lines[1].ShouldStartWith($"{registry}:5:27 ");
        result.Output.ShouldContain($"{lines.Length} errors");
        result.Error.ShouldNotContain("\e[");
    }

    [Fact]
    public async Task Errors_come_before_warnings()
    {
        var registry = _cli.Write("both.yaml", """
            issuer: https://sts.example.com
            signing: { algorithm: ES256 }
            clients:
              batch: { auth: tls_client_auth, tls_subject: CN=batch }
            nobody: 1
            """);
        var findings = JsonNode.Parse((await _cli.RunAsync(["check", registry, "--json"])).Output)!.AsArray();
        findings.Select(finding => (string)finding!["severity"]!).ShouldBe(["error", "warning"]);
        ((int)findings[0]!["line"]!, (int)findings[0]!["column"]!, (string)findings[0]!["subject"]!).ShouldBe((5, 1, "document"));
        ((string)findings[1]!["message"]!).ShouldContain("not built");
    }

    [Fact]
    public async Task Json_goes_to_stdout_whole_and_an_empty_array_means_nothing_was_found()
    {
        var result = await _cli.RunAsync(["check", "-", "--json"], "issuer: https://sts.example.com");
        (result.ExitCode, result.Error, JsonNode.Parse(result.Output)!.AsArray().Count).ShouldBe((0, "", 0));
        var wrong = await _cli.RunAsync(["check", "-", "--json"], Wrong);
        (wrong.ExitCode, wrong.Error).ShouldBe((1, ""));
    }

    [Fact]
    public async Task Standard_input_is_called_stdin() =>
        (await _cli.RunAsync(["check", "-"], "issuer: x")).Error.ShouldStartWith("stdin:1:9 issuer: ");

    [Fact]
    public async Task Files_named_in_it_lie_beside_it_or_in_the_secrets_folder()
    {
        var registry = _cli.Write("cambist.yaml", "issuer: https://sts.example.com\nclients: { web: { secrets: { file: web-secret } } }");
        (await _cli.RunAsync(["check", registry])).ExitCode.ShouldBe(1);
        Directory.CreateDirectory(_cli.Path("secrets"));
        _cli.Write("secrets/web-secret", "the-secret-of-web-1234567890");
        (await _cli.RunAsync(["check", registry, "--secrets-folder", _cli.Path("secrets")])).ExitCode.ShouldBe(0);
        (await _cli.FailAsync(["check", registry, "--secrets-folder", _cli.Path("nowhere")])).ShouldContain("--secrets-folder");
    }

    [Fact]
    public async Task Without_an_issuer_the_loopback_default_of_serve_counts() =>
        (await _cli.RunAsync(["check", "-"], "clients: { web: { secrets: { value: for-loopback-only-12345 } } }")).ExitCode.ShouldBe(0);

    [Fact]
    public async Task A_file_that_is_not_there_is_one_line_without_a_place()
    {
        var result = await _cli.RunAsync(["check", _cli.Path("nope.yaml")]);
        result.ExitCode.ShouldBe(1);
        result.Error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem().ShouldStartWith($"{_cli.Path("nope.yaml")}: there is no such file; 'cambist new registry");
        var finding = JsonNode.Parse((await _cli.RunAsync(["check", _cli.Path("nope.yaml"), "--json"])).Output)!.AsArray().ShouldHaveSingleItem()!;
        finding["line"].ShouldBeNull();
    }

    [Fact]
    public async Task Colour_is_for_terminals()
    {
        (await _cli.RunAsync(["check", "-"], "issuer: x", coloured: true)).Error.ShouldStartWith("\e[31mstdin:1:9 ");
        (await _cli.RunAsync(["check", "-"], "issuer: x")).Error.ShouldStartWith("stdin:1:9 ");
    }
}
