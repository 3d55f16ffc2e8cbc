using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary><c>a</c> and <c>b</c> may each spend a token of login once for orders and once for billing; reports takes it any number of times.</summary>
public sealed class OnceWorld : World
{
    protected override string Registry => $$"""
        issuers:
          login:
            issuer: {{Login.Issuer}}
            tokens: { id_token: { audiences: [a, b] }, jwt: { audiences: jwts } }
            where: { sub: "**" }
            subject: "{sub}"
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: [pay] }
          reports: { identifiers: https://reports.example.com }
        clients:
          {{Client("a", "known_as: jwts")}}
          {{Client("b")}}
        rules:
          - { name: spent, clients: [a, b], subject: { issuer: login }, actor: none, once: true, targets: { orders: [read], billing: [pay] } }
          - { name: any-number, clients: [a, b], subject: { issuer: login }, actor: none, targets: { reports: [] } }
          - { name: ours, clients: [a, b], actor: none, once: true, targets: { orders: { read: true } } }
        """;

    /// <summary>A token that both clients may use.</summary>
    public string ForBoth() => Login.IdToken("alice", "a", claims => claims["aud"] = new JsonArray("a", "b"));
}

/// <summary><c>once: true</c>: each subject token once per target under the rule, whoever calls; spent on success alone.</summary>
public sealed class OnceTests(OnceWorld world) : IClassFixture<OnceWorld>
{
    static (string, string) To(string target) => ("audience", target);

    [Fact]
    public async Task A_token_is_taken_once_a_target_whoever_calls()
    {
        var token = world.ForBoth();
        await world.GrantsAsync(server => server.SendIdTokenAsync("a", token, To("orders")));
        await world.RefusesAsync(Reason.OnceUsedUp, server => server.SendIdTokenAsync("a", token, To("orders")));
        await world.RefusesAsync(Reason.OnceUsedUp, server => server.SendIdTokenAsync("b", token, To("https://orders.example.com")));

        await world.GrantsAsync(server => server.SendIdTokenAsync("b", token, To("billing")));
        await world.RefusesAsync(Reason.OnceUsedUp, server => server.SendIdTokenAsync("a", token, To("billing")));
        await world.GrantsAsync(server => server.SendIdTokenAsync("a", world.ForBoth(), To("orders")));
    }

    [Fact]
    public async Task A_rule_without_it_takes_the_token_any_number_of_times()
    {
        var token = world.ForBoth();
        await world.GrantsAsync(server => server.SendIdTokenAsync("a", token, To("orders")));
        for (var i = 0; i < 3; i++) await world.GrantsAsync(server => server.SendIdTokenAsync("a", token, To("reports")));
    }

    [Fact]
    public async Task A_refused_request_uses_nothing_up()
    {
        var token = world.ForBoth();
        await world.RefusesAsync(Reason.ScopeNotGranted, server => server.SendIdTokenAsync("a", token, To("orders"), ("scope", "write")));
        await world.RefusesAsync(Reason.RequestedTokenTypeUnsupported, server => server.SendIdTokenAsync("a", token, To("orders"), ("requested_token_type", JwtType)));
        await world.GrantsAsync(server => server.SendIdTokenAsync("a", token, To("orders")));
    }

    [Fact]
    public async Task A_token_of_ours_is_spent_and_what_came_of_it_is_another()
    {
        var spent = new Dictionary<TestServer, string>();
        foreach (var server in new[] { world.Common, world.Rfc8693 }) spent[server] = (await server.SendIdTokenAsync("a", world.ForBoth(), To("reports"))).AccessToken;
        var child = new Dictionary<TestServer, string>();
        await world.GrantsAsync(async server =>
        {
            var answer = await server.SendAccessTokenAsync("a", spent[server], To("orders"));
            child[server] = answer.AccessToken;
            return answer;
        });
        await world.RefusesAsync(Reason.OnceUsedUp, server => server.SendAccessTokenAsync("a", spent[server], To("orders")));
        await world.GrantsAsync(server => server.SendAccessTokenAsync("a", child[server], To("orders")));
    }

    [Fact]
    public async Task A_second_signature_makes_no_second_token_of_it()
    {
        // An ECDSA signature (r, s) is as good as (r, n - s): anybody can make the other one.
        var token = TestJwt.Sign(TestJwt.HeaderOf(Keys.Es256, "JWT").ToJsonString(), world.Login.IdTokenClaims("alice", "a").ToJsonString(), Keys.Es256);
        await world.GrantsAsync(server => server.SendIdTokenAsync("a", token.ToString(), To("orders")));
        var again = TestJwt.Sign(TestJwt.HeaderOf(Keys.Es256, "JWT").ToJsonString(), token.Claims.ToJsonString(), Keys.Es256).ToString();
        again.ShouldNotBe(token.ToString());
        again[..again.LastIndexOf('.')].ShouldBe(token.ToString()[..token.ToString().LastIndexOf('.')]);
        await world.RefusesAsync(Reason.OnceUsedUp, server => server.SendIdTokenAsync("a", again, To("orders")));
    }

    [Fact]
    public async Task Of_fifty_at_once_one_is_served()
    {
        var token = world.ForBoth();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => world.Common.SendIdTokenAsync(i % 2 == 0 ? "a" : "b", token, To("orders"))));
        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Where(answer => answer.Status != HttpStatusCode.OK).ShouldAllBe(answer => answer.Reason == "once_used_up");
    }

    [Fact]
    public async Task CA_13_a_token_and_an_assertion_are_spent_both_or_neither()
    {
        await using var own = await AdHocWorld.StartAsync(login => AssertionWorld.RegistryOf(login, $"  keyed: {{ jwks: {TestKey.PublicSet(Keys.Es256).ToJsonString()} }}")
            .Replace("actor: none", "actor: none, once: true", StringComparison.Ordinal));
        foreach (var server in new[] { own.Common, own.Rfc8693 })
        {
            string Assertion() => Assertions.Sign(server, "keyed");
            string Token() => own.IdToken(audience: server.Issuer);
            Task<Answer> SendAsync(string token, string assertion) => server.PostAsync(TestServer.ExchangeForm(token, "id_token", Assertions.Form(assertion)));

            var (spent, assertion, fresh) = (Token(), Assertion(), Token());
            (await SendAsync(spent, assertion)).Status.ShouldBe(HttpStatusCode.OK);
            (await SendAsync(fresh, assertion)).Reason.ShouldBe("client_authentication_failed");
            (await SendAsync(fresh, Assertion())).Status.ShouldBe(HttpStatusCode.OK); // a used assertion did not spend the token

            var other = Assertion();
            (await SendAsync(spent, other)).Reason.ShouldBe("once_used_up");
            (await SendAsync(Token(), other)).Reason.ShouldBe("client_authentication_failed"); // the assertion proved who asked, and that is spent whatever the outcome

            var (one, assertions) = (Token(), Enumerable.Range(0, 25).Select(_ => Assertion()).ToArray());
            var answers = await Task.WhenAll(assertions.Concat(assertions).Select(proof => SendAsync(one, proof)));
            answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
            answers.Count(answer => answer.Reason == "once_used_up").ShouldBe(24);
            answers.Count(answer => answer.Reason == "client_authentication_failed").ShouldBe(25);
        }
    }

    [Fact]
    public async Task It_stays_spent_over_a_restart()
    {
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace("actor: none", "actor: none, once: true", StringComparison.Ordinal));
        var token = own.IdToken();
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", token));
        foreach (var server in new[] { own.Common, own.Rfc8693 }) await server.RestartAsync();
        await own.RefusesAsync(Reason.OnceUsedUp, server => server.SendIdTokenAsync("web", token));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
    }
}
