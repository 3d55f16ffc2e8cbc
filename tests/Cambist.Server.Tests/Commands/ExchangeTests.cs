using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist exchange</c> at a real server of ours, as a script would use it.</summary>
public sealed class ExchangeTests : IAsyncLifetime
{
    const string WebSecret = "the-secret-of-web & co";

    static readonly string Generated = ClientSecret.New();

    readonly Cli _cli = new();
    TestIssuer _login = null!;
    TestServer _server = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _login = await TestIssuer.StartAsync();
        var key = JsonNode.Parse((await _cli.RunAsync(["new", "client-key", "--out", _cli.Path("signer.pem"), "--json"])).Output)!;
        var rsa = JsonNode.Parse((await _cli.RunAsync(["new", "client-key", "--alg", "PS256", "--out", _cli.Path("rsa.pem"), "--json"])).Output)!;
        _server = await TestServer.StartAsync(issuer => Registry(issuer, key["jwks"]!, rsa["jwks"]!));
        _cli.Write("web-secret", WebSecret + "\n");
        _cli.Write("orders-secret", "the-secret-of-orders\n");
    }

    string Registry(string issuer, JsonNode key, JsonNode rsa) => $$"""
        issuer: {{issuer}}
        issuers:
          login: { issuer: {{_login.Issuer}}, tokens: { id_token: { audiences: [web, poster, signer, rsa, server] } }, subject: "{sub}" }
        resources:
          orders:  { identifiers: https://orders.example.com,  scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: read }
        clients:
          web:    { secrets: [{ value: "{{WebSecret}}" }, { value: {{Generated}} }] }
          poster: { auth: client_secret_post, secrets: { value: the-secret-of-poster } }
          signer: { jwks: {{key.ToJsonString()}} }
          rsa:    { jwks: {{rsa.ToJsonString()}} }
          app:    { auth: none }
          orders: { secrets: { value: the-secret-of-orders }, serves: orders }
        rules:
          - { name: sign-in, clients: [web, poster, signer, rsa], subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }
          - { name: public, clients: app, subject: { issuer: login, where: { tenant: acme } }, actor: none, targets: { orders: read } }
          - { name: on-behalf-of-users, clients: orders, targets: { billing: { read: orders/read } } }
        """;

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _login.DisposeAsync();
        _cli.Dispose();
    }

    string IdToken(string audience = "web") => _cli.Write("id-token", _login.IdToken("alice", audience, claims => claims["tenant"] = "acme") + "\n");

    string[] AsWeb(params string[] more) =>
    [
        "exchange", "--server", _server.Issuer, "--client", "web", "--client-secret", $"@{_cli.Path("web-secret")}",
        "--subject-token", $"@{IdToken()}", "--subject-token-type", "id_token", "--audience", "orders", .. more,
    ];

    [Fact]
    public async Task The_token_alone_goes_to_standard_output_and_a_line_about_it_to_standard_error()
    {
        var result = await BuiltServer.RunAsync(Path.GetTempPath(), AsWeb("--scope", "read"), cancellation: Cancellation); // as TOKEN=$(cambist exchange …)
        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldMatch($@"^issued by {_server.Issuer}: access_token, Bearer, expires in (5 min|4 min \d+ s), scope read\n$");
        var claims = TestJwt.Parse(result.Output.TrimEnd('\n')).Claims;
        ((string?)claims["sub"], (string?)claims["aud"], (string?)claims["scope"]).ShouldBe(("alice", "https://orders.example.com", "read"));
        result.Output.ShouldEndWith("\n");

        // what a script kept goes on
        _cli.Write("access-token", result.Output);
        var onward = await _cli.RunAsync(
        [
            "exchange", "--token-endpoint", $"{_server.Issuer}/token", "--client", "orders", "--client-secret", $"@{_cli.Path("orders-secret")}",
            "--subject-token", "-", "--subject-token-type", "urn:ietf:params:oauth:token-type:access_token", "--resource", "https://billing.example.com", "--requested-token-type", "access_token",
        ], result.Output);
        onward.ExitCode.ShouldBe(0, onward.Error);
        ((string?)TestJwt.Parse(onward.Output.TrimEnd('\n')).Claims["act"]!["sub"]).ShouldBe("orders");
    }

    [Fact]
    public async Task Json_is_the_whole_answer_and_nothing_beside_it()
    {
        var result = await _cli.RunAsync(AsWeb("--json", "--scope", "read", "--scope", "write"));
        (result.ExitCode, result.Error).ShouldBe((0, ""));
        var json = JsonNode.Parse(result.Output)!;
        ((string?)json["token_type"], (string?)json["scope"], (string?)json["issued_token_type"]).ShouldBe(("Bearer", "read write", "urn:ietf:params:oauth:token-type:access_token"));
        TestJwt.Parse((string)json["access_token"]!).Claims["sub"]!.ToString().ShouldBe("alice");
    }

    [Fact]
    public async Task Verbose_shows_the_request_and_decodes_both_tokens_beside_the_one_that_a_script_keeps()
    {
        var result = await _cli.RunAsync(AsWeb("--verbose"));
        var token = result.Output.TrimEnd('\n');
        TestJwt.Parse(token).Claims["sub"]!.ToString().ShouldBe("alice");
        result.Error.ShouldContain($"POST {_server.Issuer}/token  as client web (client_secret_basic)\n");
        result.Error.ShouldMatch(@"\n  audience +orders\n");
        result.Error.ShouldMatch(@"\nsubject token\nJWT, not verified[^\0]+\nnew token\nJWT, not verified[^\0]+ client_id +web\n");
        foreach (var secret in (string[])[token, File.ReadAllText(_cli.Path("id-token")).Trim(), WebSecret]) result.Error.ShouldNotContain(secret);
    }

    [Fact]
    public async Task A_refusal_is_one_line_that_says_how_to_see_why_and_exit_code_1()
    {
        var line = await _cli.FailAsync(AsWeb("--scope", "pay"));
        line.ShouldMatch(@"^refused \(400 invalid_scope\): [^\n]+, reason scope_not_granted\. To see why, where the server runs: cambist explain [0-9a-f]{32}$");
        line.ShouldNotContain(File.ReadAllText(_cli.Path("id-token")).Trim());

        var json = await _cli.RunAsync(AsWeb("--scope", "pay", "--json"));
        json.ExitCode.ShouldBe(1);
        ((string?)JsonNode.Parse(json.Output)!["reason"]).ShouldBe("scope_not_granted");
        json.Error.ShouldStartWith("refused (400 invalid_scope)");

        // what the line says to type, where the server runs
        var explained = await BuiltServer.RunAsync(_server.Folder, ["explain", line[^32..], "--storage", "sqlite:cambist.db"], cancellation: Cancellation);
        explained.ExitCode.ShouldBe(0, explained.Error);
        explained.Output.ShouldContain("scope_not_granted");
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task The_secret_is_taken_from_what_new_secret_printed(string lineEnd)
    {
        _cli.Write("web-secret", ClientSecret.Printed(Generated).ReplaceLineEndings(lineEnd) + lineEnd);
        var result = await _cli.RunAsync(AsWeb());
        result.ExitCode.ShouldBe(0, result.Error);
        ((string?)TestJwt.Parse(result.Output.TrimEnd('\n')).Claims["client_id"]).ShouldBe("web");
    }

    [Theory]
    [InlineData("secret  0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\nsha256  0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")] // not its hash
    [InlineData("secret  0123456789abcdef\nsha256  9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f")] // its hash, not ours
    [InlineData("PRINTED\nmore")]
    [InlineData("more\nPRINTED")]
    [InlineData("one line\nanother")]
    [InlineData("a\ttab")]
    public async Task Other_lines_are_no_secret_which_is_told_before_anything_is_sent_and_not_repeated(string text)
    {
        _cli.Write("web-secret", text.Replace("PRINTED", ClientSecret.Printed(Generated), StringComparison.Ordinal));
        var line = await _cli.FailAsync([.. AsWeb(), "--token-endpoint", "https://127.0.0.1:9/token"]);
        line.ShouldStartWith("the client secret has several lines or control characters");
        line.ShouldContain("give a file that holds the secret alone");
        line.ShouldNotContain("0123456789abcdef");
        line.ShouldNotContain(Generated);
    }

    [Fact]
    public async Task Wrong_credentials_are_refused_in_a_line_without_them()
    {
        _cli.Write("web-secret", "not-the-secret-of-web");
        var line = await _cli.FailAsync(AsWeb());
        line.ShouldMatch(@"^refused \(401 invalid_client\): .+, reason client_authentication_failed\. Which check failed, the server's log says within a minute \(failed_requests\)$");
        line.ShouldNotContain("not-the-secret");
    }

    [Theory]
    [InlineData("poster", "--client-secret", "poster-secret", "--auth", "client_secret_post")]
    [InlineData("signer", "--client-key", "signer.pem")]
    [InlineData("rsa", "--client-key", "rsa.pem", "--alg", "PS256")]
    public async Task Clients_authenticate_by_a_secret_in_the_form_or_by_a_key(string client, string option, string file, params string[] more)
    {
        _cli.Write("poster-secret", "the-secret-of-poster");
        var result = await _cli.RunAsync(
        [
            "exchange", "--server", _server.Issuer, "--client", client, option, $"@{_cli.Path(file)}", .. more,
            "--subject-token", $"@{IdToken(client)}", "--subject-token-type", "id_token", "--audience", "orders",
        ]);
        result.ExitCode.ShouldBe(0, result.Error);
        ((string?)TestJwt.Parse(result.Output.TrimEnd('\n')).Claims["client_id"]).ShouldBe(client);
    }

    [Fact]
    public async Task A_public_client_says_who_it_is_and_no_more()
    {
        var result = await _cli.RunAsync(["exchange", "--server", _server.Issuer, "--client", "app", "--subject-token", $"@{IdToken(_server.Issuer)}", "--subject-token-type", "id_token", "--audience", "orders"]);
        result.ExitCode.ShouldBe(0, result.Error);
        ((string?)TestJwt.Parse(result.Output.TrimEnd('\n')).Claims["client_id"]).ShouldBe("app");
    }

    [Fact]
    public async Task A_key_that_cannot_sign_is_told_before_anything_is_sent()
    {
        string[] With(string file, params string[] more) => ["exchange", "--server", "https://127.0.0.1:9", "--client", "rsa", "--client-key", $"@{_cli.Path(file)}", "--subject-token", $"@{IdToken()}", "--subject-token-type", "id_token", .. more];
        (await _cli.FailAsync(With("rsa.pem"))).ShouldContain("say with --alg which of RS256 and PS256");
        (await _cli.FailAsync(With("signer.pem", "--alg", "RS256"))).ShouldContain("no key for RS256, but for ES256");
        (await _cli.FailAsync(With("web-secret"))).ShouldContain("no unencrypted PKCS #8 key");
    }
}
