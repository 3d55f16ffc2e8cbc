using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests.Interop;

/// <summary><c>cambist exchange</c> at a server that we did not write: discovery, each way to authenticate, its tokens and its refusals.</summary>
public sealed class ForeignExchangeTests : IAsyncLifetime
{
    readonly Cli _cli = new();
    ForeignServer _server = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var made = JsonNode.Parse((await _cli.RunAsync(["new", "client-key", "--out", _cli.Path("signer.pem"), "--json"])).Output)!;
        _server = await ForeignServer.StartAsync(_cli.Write("jwks.json", made["jwks"]!.ToJsonString()), Cancellation);
        _cli.Write("basic.secret", "the secret: of basic%");
        _cli.Write("poster.secret", "the-secret-of-poster");
        _cli.Write("token", await ClientCredentialsAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _cli.Dispose();
    }

    string[] Exchange(string[] credential, params string[] more) =>
        ["exchange", "--server", _server.Issuer, .. credential.Select(word => word[0] == '@' ? $"@{_cli.Path(word[1..])}" : word), "--subject-token", $"@{_cli.Path("token")}", .. more];

    [Theory]
    [InlineData("--client", "basic", "--client-secret", "@basic.secret")]
    [InlineData("--client", "poster", "--client-secret", "@poster.secret", "--auth", "client_secret_post")]
    [InlineData("--client", "signer", "--client-key", "@signer.pem")]
    [InlineData("--client", "app")]
    public async Task Its_tokens_are_exchanged_by_clients_of_every_kind(params string[] credential)
    {
        var result = await _cli.RunAsync(Exchange(credential, "--subject-token-type", "access_token", "--scope", "read"));
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldMatch(@"^[\w-]{20,}\n$");
        result.Error.ShouldMatch($@"^issued by {_server.Issuer}: access_token, Bearer, expires in .+, scope read\n$");
    }

    [Fact]
    public async Task Its_refusals_are_shown_in_its_words()
    {
        string[] basic = ["--client", "basic", "--client-secret", "@basic.secret"];
        (await _cli.FailAsync(Exchange(basic, "--subject-token-type", "access_token", "--scope", "read pay"))).ShouldStartWith("refused (400 invalid_scope): ");
        (await _cli.FailAsync(Exchange(basic, "--subject-token-type", "id_token"))).ShouldBe("refused (400 invalid_request): only access tokens are exchanged here");
        (await _cli.FailAsync(Exchange(["--client", "poster", "--client-secret", "@basic.secret"], "--subject-token-type", "access_token"))).ShouldStartWith("refused (401 invalid_client)");
    }

    async Task<string> ClientCredentialsAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = "poster",
            ["client_secret"] = "the-secret-of-poster",
            ["scope"] = "read write",
        });
        using var response = await http.PostAsync($"{_server.Issuer}/token", form, Cancellation);
        return (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["access_token"] ?? throw new InvalidOperationException($"No token: {response.StatusCode}");
    }
}
