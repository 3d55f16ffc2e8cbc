using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What the token endpoint does with requests that ask for more than it can do.</summary>
public sealed class RequestTests(MainWorld world)
{
    Task<Answer> SentAsync(TestServer server, params (string Name, string Value)[] more) => server.SendIdTokenAsync("web", world.IdToken(), more);

    [Theory]
    [InlineData("[]")]
    [InlineData("""[{"type":"payment"}]""")]
    [InlineData("garbage")]
    public async Task Authorization_details_are_refused_rather_than_left_out(string details)
    {
        await world.RefusesAsync(Reason.AuthorizationDetailsUnsupported, server => SentAsync(server, ("authorization_details", details)));
        await world.RefusesAsync(Reason.AuthorizationDetailsUnsupported, server => server.ForItselfAsync("orders", ("authorization_details", details)));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("")]
    [InlineData("a.b.c, a.b.c")]
    public async Task A_dpop_header_is_refused_rather_than_left_out(string proof)
    {
        void WithProof(HttpRequestMessage request)
        {
            request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", SecretOf("web")));
            request.Headers.TryAddWithoutValidation("DPoP", proof).ShouldBeTrue();
        }

        var answer = await world.RefusesAsync(Reason.DpopUnsupported, server => server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token"), WithProof));
        answer.Error.ShouldBe("invalid_request");
        await world.RefusesAsync(Reason.DpopUnsupported, server => server.PostAsync([("grant_type", "client_credentials")], WithProof));
    }

    [Fact]
    public async Task A_certificate_header_of_a_stranger_is_not_believed() =>
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token", ("client_id", "web")), request =>
        {
            foreach (var name in new[] { "X-Client-Cert", "X-Forwarded-Client-Cert", "X-ARR-ClientCert", "Client-Cert", "X-SSL-Client-Cert" })
                request.Headers.TryAddWithoutValidation(name, Convert.ToBase64String(Keys.Es256.PublicPem())).ShouldBeTrue();
        }));

    [Theory]
    [InlineData("urn:cambist:token-type:impersonation_token")]
    [InlineData("urn:logto:token-type:impersonation_token")]
    public async Task An_impersonation_token_that_nobody_minted_is_unknown_under_either_name(string type)
    {
        foreach (var token in new[] { "sub_0123456789", "garbage", world.IdToken() })
            await world.RefusesAsync(Reason.SubjectUnknown, server => server.ExchangeAsync("web", SecretOf("web"), token, type));
    }

    [Fact]
    public async Task Prefixes_of_ours_belong_to_nobody_else()
    {
        foreach (var prefix in new[] { "sub_", "cbt_", "cbr_" })
        {
            await world.RefusesAsync(Reason.SubjectUnknown, server => server.SendAccessTokenAsync("web", prefix + world.IdToken()));
            await world.RefusesAsync(Reason.SubjectUnknown, server => server.SendAccessTokenAsync("web", prefix));
        }
    }

    [Theory]
    [InlineData("[access_token, jwt]", null, AccessTokenType)]
    [InlineData("[access_token, jwt]", JwtType, JwtType)]
    [InlineData("[access_token, jwt]", AccessTokenType, AccessTokenType)]
    [InlineData("jwt", null, JwtType)]
    [InlineData("jwt", JwtType, JwtType)]
    [InlineData("jwt", AccessTokenType, null)]
    [InlineData("access_token", JwtType, null)]
    public async Task A_rule_gives_the_types_that_it_lists_and_no_other(string listed, string? requested, string? given)
    {
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace("actor: none", $"actor: none, requested_token_types: {listed}", StringComparison.Ordinal));
        Task<Answer> SendAsync(TestServer server) => server.SendIdTokenAsync("web", own.IdToken(), requested is null ? [] : [("requested_token_type", requested)]);
        if (given is null) await own.RefusesAsync(Reason.RequestedTokenTypeUnsupported, SendAsync);
        else (await own.GrantsAsync(SendAsync)).Json.Text("issued_token_type").ShouldBe(given);
    }

    [Theory]
    [InlineData("proof: dpop")]
    [InlineData("proof: mtls")]
    [InlineData("proof: rebind")]
    public async Task A_rule_that_needs_what_is_not_built_refuses(string member)
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com } }
            clients: { {{Client("web")}} }
            rules:
              - { name: first, clients: web, subject: { issuer: login }, actor: none, {{member}}, targets: { orders: [] } }
              - { name: second, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [] } }
            """);
        await own.RefusesAsync(Reason.NotBuilt, server => server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders")));
    }

    [Fact]
    public async Task An_actor_token_that_no_rule_asks_for_is_refused()
    {
        await world.RefusesAsync(Reason.NoRule, async server => await server.SendAccessTokenAsync(
            "orders", await world.OrdersTokenAsync(server), ("audience", "billing"), ("actor_token", (await server.ForItselfAsync("orders")).AccessToken), ("actor_token_type", AccessTokenType)));
    }

    [Fact]
    public async Task A_client_that_authenticates_by_key_is_refused_until_that_is_built()
    {
        var jwk = Keys.Es256.PublicJwk().ToJsonString();
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace(Client("web"), $"web: {{ jwks: {{ keys: [ {jwk} ] }} }}", StringComparison.Ordinal));
        var assertion = TestJwt.Sign(new() { ["iss"] = "web", ["sub"] = "web", ["aud"] = own.Common.Issuer, ["exp"] = 4102444800, ["jti"] = "1" }, Keys.Es256).ToString();
        await own.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.PostAsync(TestServer.ExchangeForm(
            own.IdToken(), "id_token", ("client_assertion", assertion), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"))));
        await own.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.SendAsPublicAsync("web", own.IdToken()));
        await own.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.ExchangeAsync("web", "", own.IdToken(), "id_token"));
    }
}
