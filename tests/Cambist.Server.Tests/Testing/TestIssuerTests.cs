using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cambist.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Cambist.Server.Tests.Testing;

public sealed class TestIssuerTests : IAsyncLifetime
{
    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }, disposeHandler: true);
    TestIssuer _issuer = null!;

    public async ValueTask InitializeAsync() => _issuer = await TestIssuer.StartAsync(path: "/tenant");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task A_client_that_discovers_it_verifies_its_tokens()
    {
        (await VerifiesAsync(_issuer.IdToken("alice", "web"))).ShouldBeTrue();
        (await VerifiesAsync(_issuer.IdToken("alice", "web", key: TestKey.Create("RS256", "rs256-1")))).ShouldBeFalse();
        (await VerifiesAsync(_issuer.IdToken("alice", "web", claims => claims["iss"] = "https://elsewhere.example.com"))).ShouldBeFalse();
    }

    [Fact]
    public async Task After_a_rotation_only_the_new_keys_are_published()
    {
        var old = _issuer.IdToken("alice", "web");
        _issuer.Publish(TestKey.Create("ES256", "new"));
        (await VerifiesAsync(old)).ShouldBeFalse();
        (await VerifiesAsync(_issuer.IdToken("alice", "web"))).ShouldBeTrue();
    }

    [Fact]
    public async Task Each_switch_breaks_one_endpoint_until_it_is_mended()
    {
        var jwks = $"{_issuer.Issuer}/jwks";
        _issuer.Jwks.Status = 500;
        (await StatusAsync(jwks)).ShouldBe(HttpStatusCode.InternalServerError);
        _issuer.Jwks.Mend();
        _issuer.Jwks.RedirectTo = "http://127.0.0.1:1/";
        (await StatusAsync(jwks)).ShouldBe(HttpStatusCode.Redirect);
        _issuer.Jwks.Mend();
        _issuer.Jwks.Say("garbage");
        (await _http.GetStringAsync(jwks)).ShouldBe("garbage");
        _issuer.Jwks.Mend();
        _issuer.Jwks.Abort = true;
        await Should.ThrowAsync<HttpRequestException>(() => _http.GetAsync(jwks));
        _issuer.Jwks.Mend();
        (await _http.GetStringAsync(jwks)).ShouldBe(_issuer.Jwks.HonestBody);
        _issuer.Jwks.Requests.ShouldBe(5);
        _issuer.Discovery.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task Padding_makes_the_same_JSON_of_any_size_without_a_length()
    {
        _issuer.Jwks.Padding = 1_000_000;
        using var response = await _http.GetAsync($"{_issuer.Issuer}/jwks", HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentLength.ShouldBeNull();
        var text = await response.Content.ReadAsStringAsync();
        text.Length.ShouldBe(_issuer.Jwks.HonestBody.Length + 1_000_000);
        JsonNode.Parse(text)!["keys"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Held_requests_are_in_flight_until_they_are_let_go()
    {
        var gate = new TaskCompletionSource();
        _issuer.Jwks.Hold = gate.Task;
        var both = Task.WhenAll(_http.GetAsync($"{_issuer.Issuer}/jwks"), _http.GetAsync($"{_issuer.Issuer}/jwks"));
        await _issuer.Jwks.RequestsReachAsync(2, TestContext.Current.CancellationToken);
        both.IsCompleted.ShouldBeFalse();
        gate.SetResult();
        (await both).ShouldAllBe(response => response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Its_documents_may_lie_about_who_it_is()
    {
        _issuer.DocumentIssuer = "https://elsewhere.example.com";
        var document = await _http.GetFromJsonAsync<JsonObject>($"{_issuer.Issuer}/.well-known/openid-configuration");
        ((string?)document!["issuer"]).ShouldBe("https://elsewhere.example.com");
        ((string?)document["jwks_uri"]).ShouldBe($"{_issuer.Issuer}/jwks");
    }

    [Fact]
    public async Task RFC_8414_metadata_lies_where_that_RFC_puts_it_and_only_when_asked_for()
    {
        var address = _issuer.Issuer.Replace("/tenant", "/.well-known/oauth-authorization-server/tenant");
        (await StatusAsync(address)).ShouldBe(HttpStatusCode.NotFound);
        _issuer.OAuthMetadata.Status = 200;
        (await StatusAsync(address)).ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Its_tokens_follow_the_clock_it_was_given()
    {
        var clock = new FakeClock();
        await using var issuer = await TestIssuer.StartAsync([TestKey.Create("ES256", "e1")], clock: clock);
        clock.Advance(TimeSpan.FromHours(1));
        TestJwt.Parse(issuer.IdToken("alice", "web")).Claims["iat"]!.GetValue<long>().ShouldBe(clock.GetUtcNow().ToUnixTimeSeconds());
    }

    async Task<HttpStatusCode> StatusAsync(string address)
    {
        using var response = await _http.GetAsync(address);
        return response.StatusCode;
    }

    // Discovers anew each time, as a client that has just started does.
    async Task<bool> VerifiesAsync(string token)
    {
        var configuration = await OpenIdConnectConfigurationRetriever.GetAsync(
            $"{_issuer.Issuer}/.well-known/openid-configuration", new HttpDocumentRetriever { RequireHttps = false }, CancellationToken.None);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new()
        {
            ValidIssuer = _issuer.Issuer,
            ValidAudience = "web",
            IssuerSigningKeys = configuration.SigningKeys,
        });
        return result.IsValid;
    }
}
