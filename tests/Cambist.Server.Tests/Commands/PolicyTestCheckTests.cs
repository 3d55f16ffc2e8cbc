using System.Text.Json.Nodes;

namespace Cambist.Server.Tests;

/// <summary><c>cambist check</c> runs the policy tests of a registry.</summary>
public sealed class PolicyTestCheckTests : IDisposable
{
    const string Registry = """
        issuer: https://sts.example.com
        issuers:
          login: { issuer: https://login.example.com, tokens: id_token, subject: "user:{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
        clients:
          web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login, where: { email_verified: true } }, actor: none, targets: { orders: [read, write] } }
        """;

    const string Passing = """
        tests:
          - name: verified users sign in
            client: web
            subject: { issuer: login, claims: { sub: ada, email_verified: true } }
            targets: orders
            expect: { allow: { scopes: [read, write], sub: user:ada } }
        """;

    const string Failing = """
        tests:
          - name: everybody signs in
            client: web
            subject: { issuer: login, claims: { sub: ada, email_verified: false } }
            targets: orders
            expect: { allow: true }
        """;

    readonly Cli _cli = new();
    readonly string _registry;

    public PolicyTestCheckTests() => _registry = _cli.Write("cambist.yaml", Registry);

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Tests_that_pass_are_counted_in_a_line_of_their_own()
    {
        _cli.Write("cambist.test.yaml", Passing);
        var result = await _cli.RunAsync(["check", _registry]);
        (result.ExitCode, result.Error).ShouldBe((0, ""));
        result.Output.TrimEnd('\n').Split('\n')[^1].ShouldBe("1 policy test, 0 failed");
    }

    [Fact]
    public async Task That_there_are_no_tests_is_said_and_where_they_would_lie()
    {
        (await _cli.RunAsync(["check", _registry])).Output.ShouldEndWith("\nno policy tests (*.test.yaml beside the registry)\n");
        Directory.CreateDirectory(_cli.Path("empty"));
        (await _cli.RunAsync(["check", _registry, "--tests", _cli.Path("empty")])).Output.ShouldEndWith($"\nno policy tests (*.test.yaml in {_cli.Path("empty")})\n");
        (await _cli.RunAsync(["check", "-"], Registry)).Output.ShouldNotContain("policy"); // nothing lies beside standard input
    }

    [Fact]
    public async Task Tests_in_a_folder_of_that_name_are_not_run_unasked_and_that_is_said()
    {
        Directory.CreateDirectory(_cli.Path("tests"));
        (await _cli.RunAsync(["check", _registry])).Output.ShouldNotContain("--tests");
        _cli.Write("tests/cambist.test.yaml", Failing);
        var result = await _cli.RunAsync(["check", _registry]);
        result.ExitCode.ShouldBe(0);
        result.Output.ShouldEndWith($"\nno policy tests (*.test.yaml beside the registry)\n1 file of policy tests in {_cli.Path("tests")} was not run: add --tests {_cli.Path("tests")}\n");
        (await _cli.RunAsync(["check", _registry, "--tests", _cli.Path("tests")])).Output.ShouldNotContain("not run");
    }

    [Fact]
    public async Task Errors_are_counted_under_the_file_that_has_them()
    {
        var broken = _cli.Write("a.test.yaml", Passing.Replace("client: web", "client: wep", StringComparison.Ordinal));
        var failing = _cli.Write("b.test.yaml", Failing);
        (await _cli.RunAsync(["check", _registry])).Output.ShouldBe($"""
            {_registry}: 0 errors, 0 warnings; a server does not start on it, for its policy tests
            {broken}: 1 error
            {failing}: 1 error
            1 policy test, 1 failed; 1 file of them with errors, not run

            """);
        var wrong = _cli.Write("wrong.yaml", "issuer: x");
        (await _cli.RunAsync(["check", wrong])).Output.ShouldStartWith($"{wrong}: 1 error, 0 warnings; a server does not start on it\n");
    }

    [Fact]
    public async Task A_test_that_fails_is_an_error_that_says_what_was_expected_and_what_came()
    {
        _cli.Write("a.test.yaml", Passing);
        var file = _cli.Write("b.test.yaml", Failing);
        var result = await _cli.RunAsync(["check", _registry]);
        result.ExitCode.ShouldBe(1);
        result.Error.TrimEnd('\n').ShouldBe($"{file}:2:5 everybody signs in: expected allow, got no_rule: 1 rule gives orders to web; the nearest is sign-in (line 9): email_verified must be true, the token says false.");
        result.Output.ShouldContain("2 policy tests, 1 failed");
        result.Output.ShouldContain("a server does not start on it");
    }

    [Fact]
    public async Task Json_has_the_file_of_each_finding()
    {
        var file = _cli.Write("cambist.test.yaml", Failing);
        var result = await _cli.RunAsync(["check", _registry, "--json"]);
        result.ExitCode.ShouldBe(1);
        var failed = JsonNode.Parse(result.Output)!.AsArray().Single(finding => (string)finding!["severity"]! == "error")!;
        ((string)failed["file"]!, (int)failed["line"]!, (int)failed["column"]!, (string)failed["subject"]!).ShouldBe((file, 2, 5, "everybody signs in"));
        var broken = _cli.Write("broken.yaml", "issuer: x");
        ((string)JsonNode.Parse((await _cli.RunAsync(["check", broken, "--json"])).Output)![0]!["file"]!).ShouldBe(broken);
    }

    [Fact]
    public async Task Tests_of_another_folder_are_run_in_place_of_those_beside_it()
    {
        _cli.Write("cambist.test.yaml", Failing);
        Directory.CreateDirectory(_cli.Path("tests"));
        _cli.Write("tests/cambist.test.yaml", Passing);
        (await _cli.RunAsync(["check", _registry, "--tests", _cli.Path("tests")])).ExitCode.ShouldBe(0);
        (await _cli.FailAsync(["check", _registry, "--tests", _cli.Path("nowhere")])).ShouldContain("there is no folder");
    }

    [Fact]
    public async Task Tests_are_run_on_a_registry_from_standard_input_too()
    {
        Directory.CreateDirectory(_cli.Path("tests"));
        var file = _cli.Write("tests/cambist.test.yaml", Failing);
        var result = await _cli.RunAsync(["check", "-", "--tests", _cli.Path("tests")], File.ReadAllText(_registry));
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldStartWith($"{file}:2:5 ");
    }

    [Fact]
    public async Task A_file_of_tests_that_cannot_be_read_is_an_error_and_is_said_not_to_be_run()
    {
        var file = _cli.Write("cambist.test.yaml", Failing.Replace("client: web", "client: wep", StringComparison.Ordinal));
        var result = await _cli.RunAsync(["check", _registry]);
        result.ExitCode.ShouldBe(1);
        result.Error.TrimEnd('\n').ShouldBe($"{file}:3:13 test everybody signs in: client: there is no client 'wep'; did you mean web?");
        result.Output.ShouldContain("no policy test was run");

        var empty = _cli.Write("cambist.test.yaml", "");
        (await _cli.RunAsync(["check", _registry])).Error.ShouldContain($"{empty}:1:1 document: the document is empty");
    }

    [Fact]
    public async Task Tests_of_a_registry_with_errors_are_not_run_and_that_is_said()
    {
        _cli.Write("cambist.test.yaml", Failing);
        var registry = _cli.Write("cambist.yaml", "issuer: x");
        var result = await _cli.RunAsync(["check", registry]);
        result.ExitCode.ShouldBe(1);
        result.Error.ShouldNotContain("everybody signs in");
        result.Output.ShouldContain("no policy test was run");
    }
}
