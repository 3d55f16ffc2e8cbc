using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist exchange</c> and servers that are not what they should be: tokens go nowhere else, and nothing is believed unseen.</summary>
public sealed class ExchangeServerTests : IAsyncLifetime
{
    const string Token = "opaque-new-token";

    readonly Cli _cli = new();
    TestIssuer _other = null!;

    public async ValueTask InitializeAsync()
    {
        _other = await TestIssuer.StartAsync(path: "/tenant");
        _other.Jwks.Say($$"""{"access_token":"{{Token}}","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","token_type":"N_A"}"""); // plays the token endpoint
        _cli.Write("token", "opaque-subject-token");
        _cli.Write("secret", "the-secret-of-web");
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        _cli.Dispose();
    }

    string Endpoint => $"{_other.Issuer}/jwks";

    string[] Exchange(params string[] more) => ["exchange", "--subject-token", $"@{_cli.Path("token")}", "--subject-token-type", "access_token", .. more];

    Task<string> FailAsync(params string[] more) => _cli.FailAsync(Exchange(more));

    void MetadataSays(string issuer, string? endpoint) =>
        _other.OAuthMetadata.Say(new JsonObject { ["issuer"] = issuer, ["token_endpoint"] = endpoint }.ToJsonString());

    [Fact]
    public async Task Metadata_lies_where_RFC_8414_puts_it_and_is_of_the_issuer_that_was_named()
    {
        (_other.Discovery.Status, _other.OAuthMetadata.Status) = (404, 200);
        MetadataSays(_other.Issuer, Endpoint);
        var result = await _cli.RunAsync(Exchange("--server", _other.Issuer));
        (result.ExitCode, result.Output).ShouldBe((0, Token + "\n"));
        result.Error.ShouldBe($"issued by {_other.Issuer}: access_token, N_A, does not say when it expires\n");

        MetadataSays("https://elsewhere.example.com", Endpoint);
        (await FailAsync("--server", _other.Issuer)).ShouldContain("is of issuer \"https://elsewhere.example.com\"");
        MetadataSays(_other.Issuer, null);
        (await FailAsync("--server", _other.Issuer)).ShouldContain("names no token_endpoint");
        MetadataSays(_other.Issuer, "http://198.51.100.7/token");
        (await FailAsync("--server", _other.Issuer)).ShouldContain("plain http off loopback");
        _other.OAuthMetadata.Status = 404;
        (await FailAsync("--server", _other.Issuer)).ShouldContain("--token-endpoint URL");
        _other.Jwks.Requests.ShouldBe(1); // the token went to none of these
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_says_so()
    {
        await using var thief = await TestIssuer.StartAsync();
        _other.Jwks.RedirectTo = $"{thief.Issuer}/jwks";
        (await FailAsync("--token-endpoint", Endpoint)).ShouldContain("302, a redirect; none is followed");
        thief.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Tokens_go_over_plain_http_on_loopback_alone_unless_somebody_says_so()
    {
        (await FailAsync("--token-endpoint", "http://sts.example.com/token")).ShouldBe("--token-endpoint is plain http off loopback, where anybody on the way reads the tokens; write https, or add --allow-http");
        (await FailAsync("--server", "http://sts.example.com")).ShouldContain("--allow-http");
        (await FailAsync("--server", "http://somebody:else@127.0.0.1")).ShouldNotContain("somebody");
    }

    [Theory]
    [InlineData(200, "{}", "200 without an access_token")]
    [InlineData(200, """{"access_token":"a\u001b]0;x"}""", "holds characters that no token has")]
    [InlineData(200, """{"access_token":"a","access_token":"b"}""", "no JSON object")]
    [InlineData(200, "<html>", "no JSON object")]
    [InlineData(200, """{"access_token":"a","error":"invalid_grant"}""", "both a token and an error")]
    [InlineData(200, """{"access_token":"a\ud800"}""", "not valid JSON text")]
    [InlineData(200, """{"access_token":"a","token_type":"\udc00"}""", "not valid JSON text")]
    [InlineData(200, """{"access_token":"a","more":[{"n":"\ud800x"}]}""", "not valid JSON text")]
    [InlineData(200, """{"access_token":"a","\ud800":1}""", "not valid JSON text")]
    [InlineData(400, """{"error":"invalid_grant","error_description":"\ud800"}""", "not valid JSON text")]
    [InlineData(500, "", "500 with nothing in it")]
    [InlineData(404, "{}", "no OAuth error")]
    public async Task An_answer_that_is_none_is_a_line_that_shows_nothing_of_it(int status, string body, string said)
    {
        _other.Jwks.Status = status;
        _other.Jwks.Say(body);
        var line = await FailAsync("--token-endpoint", Endpoint);
        line.ShouldContain(said);
        line.ShouldNotContain("\e");
        line.ShouldNotContain("opaque-subject-token");
        (await FailAsync("--token-endpoint", Endpoint, "--json")).ShouldBe(line);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        _other.Jwks.Padding = 64L * 1024 * 1024;
        (await FailAsync("--token-endpoint", Endpoint)).ShouldContain("answered more than 1024 KiB");
    }

    [Fact]
    public async Task A_refusal_of_another_server_is_shown_as_text_and_its_ids_are_not_taken_for_ours()
    {
        _other.Jwks.Status = 503;
        _other.Jwks.Headers["Retry-After"] = "7";
        _other.Jwks.Say("""{"error":"temporarily_unavailable","error_description":"wait\u001b[2J[red]a while[/]","decision_id":"; rm -rf /"}""");
        (await FailAsync("--token-endpoint", Endpoint)).ShouldBe("""refused (503 temporarily_unavailable): wait\u001b[2J[red]a while[/]; try again in 7 s""");
    }

    [Fact]
    public async Task What_a_terminal_would_obey_is_escaped_in_json_too()
    {
        _other.Jwks.Say("""{"access_token":"a","note":"x‮y"}""");
        var output = (await _cli.RunAsync(Exchange("--token-endpoint", Endpoint, "--json"))).Output;
        output.ShouldContain("x\\u202ey");
        ((string?)JsonNode.Parse(output)!["note"]).ShouldBe("x\u202ey");
    }

    [Fact]
    public async Task Whoever_waits_no_longer_ends_it_in_a_line()
    {
        _other.Jwks.Hold = new TaskCompletionSource().Task;
        using var process = BuiltServer.Start(Path.GetTempPath(), Exchange("--token-endpoint", Endpoint));
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await _other.Jwks.RequestsReachAsync(1, TestContext.Current.CancellationToken);
        (await BuiltServer.TerminateAsync(process, TestContext.Current.CancellationToken)).ShouldBe(1);
        (await output, await error).ShouldBe(("", "Ended before it was done, as it was told to.\n"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        var line = await FailAsync("--token-endpoint", $"http://127.0.0.1:{BuiltServer.FreePort()}/token");
        line.ShouldContain("cannot be asked: Connection refused");
    }

    [Theory]
    [InlineData("Give the server")]
    [InlineData("Say whose credential", "--server", "https://s.example.com", "--client-secret", "@secret")]
    [InlineData("two ways to authenticate", "--server", "https://s.example.com", "--client", "web", "--client-secret", "@a", "--client-key", "@b")]
    [InlineData("--auth says how", "--server", "https://s.example.com", "--auth", "client_secret_post")]
    [InlineData("--alg says how", "--server", "https://s.example.com", "--alg", "PS256")]
    [InlineData("issuer alone: give --server", "--token-endpoint", "https://s.example.com/token", "--client", "web", "--client-key", "@b")]
    [InlineData("go together", "--server", "https://s.example.com", "--actor-token", "@a")]
    [InlineData("one option alone", "--server", "https://s.example.com", "--actor-token", "-", "--actor-token-type", "jwt", "--client", "web", "--client-secret", "-")]
    [InlineData("--requested-token-type is none of", "--server", "https://s.example.com", "--requested-token-type", "acces_token")]
    [InlineData("@FILE", "--server", "https://s.example.com", "--client", "web", "--client-secret", "s3cret")]
    public async Task Wrong_usage_says_what_is_missing_and_repeats_no_secret(string said, params string[] more)
    {
        var line = await _cli.FailAsync(Exchange(more), exitCode: 2);
        line.ShouldContain(said);
        line.ShouldEndWith("Try: cambist exchange --help");
        line.ShouldNotContain("s3cret");
    }

    [Fact]
    public async Task The_type_of_the_subject_token_is_never_guessed() =>
        (await _cli.FailAsync(["exchange", "--server", "https://s.example.com", "--subject-token", "-"], exitCode: 2)).ShouldContain("--subject-token-type");
}
