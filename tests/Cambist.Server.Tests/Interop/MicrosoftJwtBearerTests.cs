using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests.Interop;

/// <summary>From a person’s sign-in at a real provider, over a real exchange, to an API that trusts Microsoft’s bearer handler.</summary>
public sealed class MicrosoftJwtBearerTests : IAsyncLifetime
{
    const string Orders = "https://orders.example.com";
    const string Billing = "https://billing.example.com";

    RealProvider _provider = null!;
    ServerProcess _cambist = null!;
    ResourceServer _api = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await RealProvider.StartAsync(TestContext.Current.CancellationToken);
        _cambist = await ServerProcess.StartAsync(
            issuer => $$"""
            issuer: {{issuer}}
            issuers:
              login:
                issuer: {{_provider.Issuer}}
                tokens: { id_token: { audiences: web } }
                subject: "{sub}"
            resources:
              orders:  { identifiers: {{Orders}},  scopes: [read, write], claims: [email, tenant] }
              billing: { identifiers: {{Billing}}, scopes: [read, pay],   claims: tenant }
            clients:
              web:    { secrets: { file: web-secret } }
              orders: { secrets: { file: orders-secret }, serves: orders }
            rules:
              - name: sign-in
                clients: web
                subject: { issuer: login }
                actor: none
                targets: { orders: [read, write], billing: [read] }
              - name: orders-on-behalf-of-users
                clients: orders
                targets: { billing: { read: [read, write] } }
            """,
            files: new Dictionary<string, string> { ["web-secret"] = "the-secret-of-web", ["orders-secret"] = "the-secret-of-orders" },
            cancellation: TestContext.Current.CancellationToken);
        _api = await ResourceServer.StartAsync(_cambist.Issuer, Orders);
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
            await _api.DisposeAsync();
        if (_cambist is not null)
            await _cambist.DisposeAsync();
        if (_provider is not null)
            await _provider.DisposeAsync();
    }

    [Fact]
    public async Task A_token_exchanged_for_a_sign_in_opens_the_API_it_was_asked_for_and_no_other()
    {
        var idToken = await _provider.SignInAsync("alice", TestContext.Current.CancellationToken);

        var answer = await ExchangeAsync(idToken, Orders);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        using var welcomed = await CallAsync(answer.AccessToken);
        welcomed.StatusCode.ShouldBe(HttpStatusCode.OK, welcomed.Headers.WwwAuthenticate.ToString());
        var claims = (await welcomed.Content.ReadFromJsonAsync<JsonObject>())!;
        ((string?)claims["sub"]).ShouldBe("alice");
        ((string?)claims["client_id"]).ShouldBe("web");
        ((string?)claims["scope"]).ShouldBe("read write");
        ((string?)claims["email"]).ShouldBe("alice@example.com");
        ((string?)claims["tenant"]).ShouldBe("acme");

        var elsewhere = await ExchangeAsync(idToken, Billing);
        elsewhere.Status.ShouldBe(HttpStatusCode.OK, elsewhere.Body);
        using var refused = await CallAsync(elsewhere.AccessToken);
        refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        refused.Headers.WwwAuthenticate.ToString().ShouldContain("audience");

        using var unexchanged = await CallAsync(idToken);
        unexchanged.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    Task<Answer> ExchangeAsync(string idToken, string resource) => _cambist.PostTokenAsync("web", "the-secret-of-web", new Dictionary<string, string>
    {
        ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
        ["subject_token"] = idToken,
        ["subject_token_type"] = "urn:ietf:params:oauth:token-type:id_token",
        ["resource"] = resource,
    });

    Task<HttpResponseMessage> CallAsync(string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, _api.Claims) { Headers = { Authorization = new("Bearer", token) } };
        return _cambist.Http.SendAsync(request);
    }
}
