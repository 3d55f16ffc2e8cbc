using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Whose a token is, what it may be sent as, and what is judged before any key is asked for.</summary>
public sealed class ResolutionTests(MainWorld world)
{
    [Fact]
    public async Task What_needs_no_key_is_judged_first_and_asks_nobody()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        own.Login.Discovery.Abort = true;
        Task<Answer> RefusedAsync(Reason reason, string token) => own.RefusesAsync(reason, server => server.SendIdTokenAsync("web", token));
        Task<Answer> ClaimsRefusedAsync(Reason reason, Action<JsonObject> change) => RefusedAsync(reason, own.IdToken(change));

        await RefusedAsync(Reason.SubjectMalformed, own.IdToken() + "=");
        await RefusedAsync(Reason.SubjectAlgorithmUnsupported, own.IdToken(key: TestKey.Hmac([1], "HS256", "es256-1")));
        await RefusedAsync(Reason.SubjectTypeMismatch, TestJwt.Sign(own.Claims(), Keys.Es256, "logout+jwt").ToString());
        await ClaimsRefusedAsync(Reason.SubjectIssuerUntrusted, claims => claims["iss"] = "https://elsewhere.example.com");
        await ClaimsRefusedAsync(Reason.SubjectAudienceMismatch, claims => claims["aud"] = "elsewhere");
        await ClaimsRefusedAsync(Reason.SubjectClaimInvalid, claims => claims.Remove("aud"));
        await ClaimsRefusedAsync(Reason.SubjectExpired, claims => (claims["iat"], claims["exp"]) = (1, 2));
        await ClaimsRefusedAsync(Reason.SubjectNotYetValid, claims => claims["nbf"] = claims.Number("iat") + 1000);
        await ClaimsRefusedAsync(Reason.SubjectIssuedInFuture, claims => (claims["iat"], claims["exp"]) = (claims.Number("iat") + 1000, claims.Number("iat") + 2000));
        await ClaimsRefusedAsync(Reason.SubjectTooOld, claims => claims["iat"] = claims.Number("iat") - 4000);
        (own.Login.Discovery.Requests, own.Login.OAuthMetadata.Requests, own.Login.Jwks.Requests).ShouldBe((0, 0, 0));

        await RefusedAsync(Reason.IssuerKeysUnavailable, own.IdToken());
        own.Login.Discovery.Requests.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task An_issuer_gives_the_kinds_that_it_declares_and_no_other()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        await own.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendAccessTokenAsync("web", own.Login.AccessToken("alice", "web", "read", "web")));
        await own.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendAccessTokenAsync("web", own.IdToken()));
        await own.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendJwtAsync("web", own.IdToken()));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
    }

    [Fact]
    public async Task An_access_token_says_at_jwt_or_what_typ_lists()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers:
              login:
                issuer: {{login.Issuer}}
                tokens: { id_token: { audiences: web }, access_token: { audiences: "urn:app", typ: [at+jwt, JWT, absent], scopes: orders/read } }
                subject: "{sub}"
            resources: { orders: { identifiers: https://orders.example.com, scopes: read } }
            clients: { {{Client("web", "known_as: \"urn:app\"")}} }
            rules: [ { name: r, clients: web, subject: { issuer: login, token_types: access_token }, actor: none, default_target: true, targets: { orders: read } } ]
            """);
        string Typed(string? type) => TestJwt.Sign(own.Login.AccessTokenClaims("alice", "urn:app", "read", "web"), Keys.Es256, type).ToString();
        foreach (var type in new[] { "at+jwt", "JWT", "application/jwt", null }) await own.GrantsAsync(server => server.SendAccessTokenAsync("web", Typed(type)));
        foreach (var type in new[] { "logout+jwt", "JOSE" }) await own.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendAccessTokenAsync("web", Typed(type)));
    }

    [Fact]
    public async Task An_id_authorises_nothing()
    {
        await world.RefusesAsync(Reason.SubjectUnknown, async server =>
            await server.SendAccessTokenAsync("orders", TestJwt.Parse(await world.OrdersTokenAsync(server)).Claims.Text("jti"), ("audience", "billing")));
        await world.RefusesAsync(Reason.SubjectUnknown, async server =>
            await server.SendAccessTokenAsync("web", (await server.SendIdTokenAsync("web", "garbage")).DecisionId!));
    }

    [Fact]
    public async Task A_workload_token_and_an_id_token_hold_no_scopes_whatever_they_say()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web }, jwt: { audiences: "urn:jobs" } }, subject: "{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write] }, billing: { identifiers: https://billing.example.com, scopes: pay } }
            clients: { {{Client("web", "known_as: \"urn:jobs\"")}} }
            rules: [ { name: r, clients: web, subject: { issuer: login }, actor: none, targets: { orders: read, billing: { pay: orders/write } } } ]
            """);
        void Claiming(JsonObject claims) => (claims["scope"], claims["scp"], claims["permissions"]) = ("write orders/write pay", new JsonArray("write"), new JsonArray("write"));
        foreach (var (audience, type) in new[] { ("web", "id_token"), ("urn:jobs", "jwt") })
        {
            Task<Answer> SendAsync(TestServer server, params (string, string)[] more) =>
                server.ExchangeAsync("web", SecretOf("web"), own.IdToken(Claiming, audience: audience), type, more);
            (await own.GrantsAsync(server => SendAsync(server, ("audience", "orders")))).Claims.Text("scope").ShouldBe("read");
            await own.RefusesAsync(Reason.ScopeNotGranted, server => SendAsync(server, ("audience", "orders"), ("scope", "write")));
            await own.RefusesAsync(Reason.NothingToGrant, server => SendAsync(server, ("audience", "billing")));
            await own.RefusesAsync(Reason.ScopeNotGranted, server => SendAsync(server, ("audience", "billing"), ("scope", "pay")));
        }
    }
}
