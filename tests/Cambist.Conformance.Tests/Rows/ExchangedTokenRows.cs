using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>TX-36 to TX-40: whose an exchanged token is, what it carries over, and its record (RFC 8693 §6, RFC 9068 §2.2).</summary>
public sealed class ExchangedTokenRows(MainWorld world)
{
    [Fact]
    public async Task TX_36_one_sub_of_two_issuers_is_two_people()
    {
        await using var other = await TestIssuer.StartAsync([Keys.Strange]);
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignInFrom(("login", login.Issuer), ("other", other.Issuer)));
        var one = await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
        var two = await own.GrantsAsync(server => server.SendIdTokenAsync("web", other.IdToken("alice", "web")));
        (one.Claims.Text("sub"), two.Claims.Text("sub")).ShouldBe(("login:alice", "other:alice"));
    }

    [Fact]
    public async Task TX_37_only_listed_claims_pass()
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(claims =>
        {
            (claims["email"], claims["groups"], claims["secret"], claims["tenant"]) = ("alice@example.com", new JsonArray("a", "b"), "x", new JsonObject { ["id"] = 7 });
            (claims["nonce"], claims["sid"], claims["auth_time"], claims["acr"], claims["name"]) = ("n", "s", 1, "high", "Alice");
        })));
        answer.Claims.Select(claim => claim.Key).ShouldBe(["iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope", "email", "tenant", "groups"], ignoreOrder: true);
        answer.Claims["groups"]!.ToJsonString().ShouldBe("""["a","b"]""");
        answer.Claims["tenant"]!.ToJsonString().ShouldBe("""{"id":7}""");
    }

    [Fact]
    public async Task TX_37_claims_pass_hop_by_hop_as_each_resource_lists_them()
    {
        var answer = await world.GrantsAsync(async server =>
        {
            var token = (await server.SendIdTokenAsync("web", world.IdToken(claims => (claims["email"], claims["tenant"]) = ("alice@example.com", "t1")))).AccessToken;
            return await server.SendAccessTokenAsync("orders", token, ("audience", "billing"));
        });
        answer.Claims.Text("tenant").ShouldBe("t1");
        answer.Claims.ContainsKey("email").ShouldBeFalse();
    }

    [Fact]
    public async Task TX_39_a_chain_of_three_never_widens()
    {
        var server = world.Common;
        var first = await server.SendIdTokenAsync("web", world.IdToken(claims => claims["exp"] = claims.Number("iat") + 100), ("scope", "read"));
        var second = await server.SendAccessTokenAsync("orders", first.AccessToken, ("audience", "billing"));
        var third = await server.SendAccessTokenAsync("billing", second.AccessToken, ("audience", "reports"));
        second.Claims.Text("scope").ShouldBe("read");
        third.Claims.ContainsKey("scope").ShouldBeFalse();
        third.Json.ContainsKey("scope").ShouldBeFalse();
        (second.Claims.Number("exp"), third.Claims.Number("exp")).ShouldBe((first.Claims.Number("exp"), first.Claims.Number("exp")));
        third.Claims.Text("sub").ShouldBe("alice");
        third.Claims.Text("jti").ShouldStartWith(second.Claims.Text("jti") + ".");
        second.Claims.Text("jti").ShouldStartWith(first.Claims.Text("jti") + ".");
    }

    [Fact]
    public async Task TX_38_assurance_of_another_type_and_numbers_beyond_any_reader_are_left_out()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}", assurance: pass } }
            resources: { orders: { identifiers: https://orders.example.com, claims: [big, fine] } }
            clients: { {{Client("web")}} }
            rules: [ { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [] } } ]
            """);
        var answer = await own.GrantsAsync(server =>
        {
            var claims = own.Login.IdTokenClaims("alice", "web");
            (claims["auth_time"], claims["acr"], claims["amr"], claims["fine"]) = ("yesterday", 5, "pwd", 1.5);
            var payload = claims.ToJsonString()[..^1] + ",\"big\":1e400}";
            return server.SendIdTokenAsync("web", TestJwt.Sign(TestJwt.HeaderOf(Keys.Es256, "JWT").ToJsonString(), payload, Keys.Es256).ToString(), ("audience", "orders"));
        });
        foreach (var absent in (string[])["auth_time", "acr", "amr", "big"]) answer.Claims.ContainsKey(absent).ShouldBeFalse(absent);
        ((double)answer.Claims["fine"]!).ShouldBe(1.5);
    }

    [Fact]
    public async Task TX_38_assurance_is_carried_over_and_never_refreshed()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}", assurance: pass } }
            resources: { orders: { identifiers: https://orders.example.com }, billing: { identifiers: https://billing.example.com } }
            clients: { {{Client("web")}}, {{Client("orders", "serves: orders")}} }
            rules:
              - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [] } }
              - { name: on, clients: orders, targets: { billing: [] } }
            """);
        var answer = await own.GrantsAsync(async server =>
        {
            var token = own.IdToken(claims => (claims["auth_time"], claims["acr"], claims["amr"]) = (12345, "high", new JsonArray("pwd", "otp")));
            var first = await server.SendIdTokenAsync("web", token, ("audience", "orders"));
            return await server.SendAccessTokenAsync("orders", first.AccessToken, ("audience", "billing"));
        });
        answer.Claims.Number("auth_time").ShouldBe(12345);
        answer.Claims.Text("acr").ShouldBe("high");
        answer.Claims["amr"]!.ToJsonString().ShouldBe("""["pwd","otp"]""");
    }

    [Fact]
    public async Task TX_40_every_decision_leaves_one_record_without_token_text()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        var token = own.IdToken();
        var granted = await own.GrantsAsync(server => server.SendIdTokenAsync("web", token, ("scope", "read")));
        await own.RefusesAsync(Reason.ScopeNotGranted, server => server.SendIdTokenAsync("web", token, ("scope", "admin")));

        var page = await own.Common.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 100, TestContext.Current.CancellationToken);
        page.Count.ShouldBe(2);
        var (refused, issued) = (page[0], page[1]);
        (issued.Outcome, refused.Outcome).ShouldBe((DecisionOutcome.Issued, DecisionOutcome.Refused));
        (issued.Client, issued.Target, issued.Rule, issued.IssuedId).ShouldBe(("web", "orders", "sign-in", granted.Claims.Text("jti")));
        (issued.Subject!.Issuer, issued.Subject.Sub).ShouldBe(("login", "login:alice"));
        issued.ScopesAsked.ShouldBe(["read"]);
        issued.ScopesGiven.ShouldBe(["read"]);
        issued.ExpiresAt.ShouldBe(granted.Claims.Number("exp") * 1000);
        issued.RegistryRevision.ShouldNotBeEmpty();
        refused.Reason.ShouldBe(Reason.ScopeNotGranted);
        refused.ScopesAsked.ShouldBe(["admin"]);
        refused.IssuedId.ShouldBeNull();

        var log = string.Join('\n', own.Common.Log.Lines);
        foreach (var part in token.Split('.').Concat(granted.AccessToken.Split('.'))) log.ShouldNotContain(part);
    }
}
