using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Scenarios;

/// <summary>What a server that exchanges access tokens between services is expected to do.</summary>
public sealed class LogtoScenarioTests(MainWorld world)
{
    [Fact]
    public async Task L6_an_access_token_of_ours_is_exchanged_and_not_consumed()
    {
        await world.GrantsAsync(async server =>
        {
            var token = await world.OrdersTokenAsync(server);
            await server.SendAccessTokenAsync("orders", token, ("audience", "billing"));
            return await server.SendAccessTokenAsync("orders", token, ("audience", "billing"));
        });
    }

    [Fact]
    public async Task L6_one_token_is_exchanged_by_several_services_that_it_was_meant_for()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
            resources: { orders: { identifiers: {{MainWorld.Orders}} }, billing: { identifiers: {{MainWorld.Billing}} } }
            clients: { {{Requests.Client("web")}}, {{Requests.Client("carts", "serves: orders")}}, {{Requests.Client("returns", "serves: orders")}} }
            rules:
              - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [] } }
              - { name: on-behalf, clients: [carts, returns], targets: { billing: [] } }
            """);
        var tokens = new Dictionary<TestServer, string>();
        foreach (var server in new[] { own.Common, own.Rfc8693 }) tokens[server] = (await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"))).AccessToken;
        foreach (var service in new[] { "carts", "returns", "carts" })
        {
            var answer = await own.GrantsAsync(server => server.SendAccessTokenAsync(service, tokens[server], ("audience", "billing")));
            (answer.Claims.Text("sub"), answer.Claims["act"]!.ToJsonString()).ShouldBe(("alice", $$"""{"sub":"{{service}}"}"""));
        }
    }

    [Fact]
    public async Task L6_the_next_service_exchanges_what_it_received() =>
        await world.GrantsAsync(async server => await server.SendAccessTokenAsync("billing", await world.BillingTokenAsync(server), ("audience", "reports")));

    [Theory]
    [InlineData("garbage")]
    [InlineData("sub_0123456789abcdef0123456789abcdef")]
    [InlineData("cbt_0123456789abcdef0123456789abcdef")]
    [InlineData("cbr_0123456789abcdef0123456789abcdef")]
    [InlineData("sub_")]
    [InlineData("00000000-0000-0000-0000-000000000000")]
    public async Task L8_an_unknown_access_token_is_refused(string token) =>
        (await world.RefusesAsync(Reason.SubjectUnknown, server => server.SendAccessTokenAsync("orders", token, ("audience", "billing")))).Error.ShouldBe("invalid_grant");

    [Fact]
    public async Task L8_a_tampered_access_token_of_ours_is_refused()
    {
        await world.RefusesAsync(Reason.SubjectSignatureInvalid, async server =>
        {
            var jwt = TestJwt.Parse(await world.OrdersTokenAsync(server));
            jwt.Signature[10] ^= 4;
            return await server.SendAccessTokenAsync("orders", jwt.ToString(), ("audience", "billing"));
        });
        await world.RefusesAsync(Reason.SubjectSignatureInvalid, async server =>
        {
            var jwt = TestJwt.Parse(await world.OrdersTokenAsync(server));
            var payload = System.Text.Encoding.UTF8.GetBytes(jwt.Claims.With("sub", "admin"));
            return await server.SendAccessTokenAsync("orders", (jwt with { Payload = payload }).ToString(), ("audience", "billing"));
        });
    }

    [Fact]
    public async Task L8_a_token_signed_by_somebody_else_in_our_name_is_refused()
    {
        await world.RefusesAsync(Reason.SubjectKeyUnknown, async server =>
            await server.SendAccessTokenAsync("orders", TestJwt.Sign(TestJwt.Parse(await world.OrdersTokenAsync(server)).Claims, Keys.Strange, "at+jwt").ToString(), ("audience", "billing")));
        await world.RefusesAsync(Reason.SubjectSignatureInvalid, async server =>
        {
            var ours = TestJwt.Parse(await world.OrdersTokenAsync(server));
            return await server.SendAccessTokenAsync("orders", TestJwt.Sign(ours.Claims, Keys.Strange.As(keyId: ours.HeaderJson.Text("kid")), "at+jwt").ToString(), ("audience", "billing"));
        });
    }

    [Fact]
    public async Task L8_a_token_of_another_issuer_is_refused()
    {
        await using var other = await TestIssuer.StartAsync([Keys.Strange]);
        await world.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendAccessTokenAsync("orders", other.AccessToken("alice", MainWorld.Orders, "read", "orders")));
        (other.Discovery.Requests, other.OAuthMetadata.Requests, other.Jwks.Requests).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task L8_the_token_of_another_cambist_is_refused() =>
        (await world.Rfc8693.SendAccessTokenAsync("orders", await world.OrdersTokenAsync(world.Common), ("audience", "billing"))).Reason.ShouldBe("subject_issuer_untrusted");

    [Fact]
    public async Task L9_an_id_token_declared_as_access_token_is_refused() =>
        (await world.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendAccessTokenAsync("web", world.IdToken()))).Error.ShouldBe("invalid_grant");

    [Theory]
    [InlineData("JWT")]
    [InlineData(null)]
    [InlineData("logout+jwt")]
    [InlineData("token-introspection+jwt")]
    public async Task L9_a_token_of_ours_that_does_not_say_at_jwt_is_refused(string? type) =>
        await world.RefusesAsync(Reason.SubjectTypeMismatch, async server =>
            await server.SendAccessTokenAsync("orders", server.SignAsServer(TestJwt.Parse(await world.OrdersTokenAsync(server)).Claims, type), ("audience", "billing")));

    [Theory]
    [InlineData("client_id")]
    [InlineData("aud")]
    [InlineData("jti")]
    [InlineData("iat")]
    [InlineData("exp")]
    public async Task L9_a_token_of_ours_that_lacks_a_claim_is_refused(string claim)
    {
        await world.RefusesAsync(Reason.SubjectClaimInvalid, server => ResignedAsync(server, claims => claims.Remove(claim)));
        await world.RefusesAsync(Reason.SubjectClaimInvalid, server => ResignedAsync(server, claims => claims[claim] = new JsonArray("x")));
    }

    [Fact]
    public async Task L9_a_token_of_ours_without_sub_or_of_an_unknown_kind_is_refused()
    {
        await world.RefusesAsync(Reason.SubjectSubMissing, server => ResignedAsync(server, claims => claims.Remove("sub")));
        foreach (var kind in new JsonNode?[] { "admin", "", 1, null, "user" })
            await world.RefusesAsync(Reason.SubjectClaimInvalid, server => ResignedAsync(server, claims => claims["sub_kind"] = kind?.DeepClone()));
        foreach (var jti in new[] { "", "x", "..", "AAAAAAAAAAAAAAAAAAAAAA.", "AAAAAAAAAAAAAAAAAAAAA*" })
            await world.RefusesAsync(Reason.SubjectClaimInvalid, server => ResignedAsync(server, claims => claims["jti"] = jti));
    }

    async Task<Answer> ResignedAsync(TestServer server, Action<JsonObject> change)
    {
        var claims = TestJwt.Parse(await world.OrdersTokenAsync(server)).Claims;
        change(claims);
        return await server.SendAccessTokenAsync("orders", server.SignAsServer(claims), ("audience", "billing"));
    }

    [Fact]
    public async Task L10_aud_is_the_resource_that_was_named()
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(), ("resource", MainWorld.OrdersToo)));
        answer.Claims.Text("aud").ShouldBe(MainWorld.OrdersToo);
        await world.RefusesAsync(Reason.TargetUnknown, server => server.SendIdTokenAsync("web", world.IdToken(), ("resource", "https://nothing.example.com")));
    }

    [Fact]
    public async Task L12_a_client_without_the_grant_is_unauthorized() =>
        (await world.RefusesAsync(Reason.GrantNotAllowed, server => server.SendAccessTokenAsync("idle", "garbage"))).Error.ShouldBe("unauthorized_client");

    [Fact]
    public async Task L13_without_client_credentials_the_answer_is_401()
    {
        var answer = await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.PostAsync(TestServer.ExchangeForm("garbage", "access_token")));
        answer.Status.ShouldBe(HttpStatusCode.Unauthorized);
        answer.Error.ShouldBe("invalid_client");
    }
}
