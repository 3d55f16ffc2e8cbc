using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>One resource a token; <c>aud</c> as asked for.</summary>
public sealed class TargetTests(MainWorld world)
{
    Task<Answer> SentAsync(TestServer server, params (string Name, string Value)[] more) => server.SendIdTokenAsync("web", world.IdToken(), more);

    async Task<string> AudienceAsync(params (string Name, string Value)[] more) => (await world.GrantsAsync(server => SentAsync(server, more))).Claims.Text("aud");

    [Fact]
    public async Task Names_of_one_resource_collapse_and_the_first_resource_wins()
    {
        (await AudienceAsync(("resource", MainWorld.Orders), ("resource", MainWorld.OrdersToo))).ShouldBe(MainWorld.Orders);
        (await AudienceAsync(("resource", MainWorld.OrdersToo), ("resource", MainWorld.Orders))).ShouldBe(MainWorld.OrdersToo);
        (await AudienceAsync(("audience", MainWorld.Orders), ("audience", "orders"), ("resource", MainWorld.OrdersToo))).ShouldBe(MainWorld.OrdersToo);
        (await AudienceAsync(("resource", MainWorld.OrdersToo), ("audience", MainWorld.Orders))).ShouldBe(MainWorld.OrdersToo);
        (await AudienceAsync(("resource", MainWorld.Orders), ("resource", MainWorld.Orders))).ShouldBe(MainWorld.Orders);
    }

    [Fact]
    public async Task Without_a_resource_the_first_audience_wins()
    {
        (await AudienceAsync(("audience", MainWorld.OrdersToo), ("audience", MainWorld.Orders))).ShouldBe(MainWorld.OrdersToo);
        (await AudienceAsync(("audience", MainWorld.OrdersToo))).ShouldBe(MainWorld.OrdersToo);
    }

    [Fact]
    public async Task A_name_or_nothing_stands_for_the_first_identifier()
    {
        (await AudienceAsync(("audience", "orders"))).ShouldBe(MainWorld.Orders);
        (await AudienceAsync(("audience", "orders"), ("audience", MainWorld.OrdersToo))).ShouldBe(MainWorld.Orders);
        (await AudienceAsync()).ShouldBe(MainWorld.Orders);
    }

    [Fact]
    public async Task A_token_for_any_identifier_of_a_resource_is_its_servers_to_use()
    {
        foreach (var identifier in new[] { MainWorld.Orders, MainWorld.OrdersToo })
        {
            var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("orders", await world.OrdersTokenAsync(server, ("resource", identifier)), ("audience", "billing")));
            answer.Claims.Text("scope").ShouldBe("read pay");
        }
    }

    [Fact]
    public async Task An_unknown_name_beside_a_known_one_is_refused_whole()
    {
        await world.RefusesAsync(Reason.TargetUnknown, server => SentAsync(server, ("audience", "orders"), ("audience", "web")));
        await world.RefusesAsync(Reason.OneTargetAtATime, server => SentAsync(server, ("resource", MainWorld.Orders), ("audience", "billing")));
    }

    [Fact]
    public async Task A_default_is_taken_from_the_rules_that_say_so_and_from_no_other()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
            resources: { a: { identifiers: https://a.example.com }, b: { identifiers: [https://b.example.com, urn:b] } }
            clients: { {{Client("web")}} }
            rules:
              - { name: a, clients: web, subject: { issuer: login }, actor: none, targets: { a: [] } }
              - { name: b, clients: web, subject: { issuer: login, where: { team: blue } }, actor: none, targets: { b: [] }, default_target: true }
            """);
        var blue = await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(claims => claims["team"] = "blue")));
        blue.Claims.Text("aud").ShouldBe("https://b.example.com");
        await own.RefusesAsync(Reason.NoRule, server => server.SendIdTokenAsync("web", own.IdToken()));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(), ("audience", "a")));
    }

    [Fact]
    public async Task Client_credentials_without_a_target_mean_the_only_one()
    {
        await using var own = await AdHocWorld.StartAsync(_ => $$"""
            resources: { a: { identifiers: https://a.example.com, scopes: [x, y] }, b: { identifiers: https://b.example.com }, c: { identifiers: https://c.example.com } }
            clients:
              {{Client("one", "client_credentials: { a: [y, x] }")}}
              {{Client("two", "client_credentials: { a: x, b: [] }")}}
            """);
        var answer = await own.GrantsAsync(server => server.ForItselfAsync("one"));
        answer.Claims.Text("aud").ShouldBe("https://a.example.com");
        answer.Claims.Text("scope").Split(' ').ShouldBe(["x", "y"], ignoreOrder: true);
        (await own.GrantsAsync(server => server.ForItselfAsync("one", ("scope", "x")))).Claims.Text("scope").ShouldBe("x");
        await own.RefusesAsync(Reason.ScopeNotGranted, server => server.ForItselfAsync("one", ("scope", "x z")));
        await own.RefusesAsync(Reason.TargetNotAllowed, server => server.ForItselfAsync("one", ("audience", "b")));
        await own.RefusesAsync(Reason.TargetUnknown, server => server.ForItselfAsync("one", ("audience", "d")));
        await own.RefusesAsync(Reason.TargetMissing, server => server.ForItselfAsync("two"));
        await own.RefusesAsync(Reason.OneTargetAtATime, server => server.ForItselfAsync("two", ("audience", "a"), ("audience", "b")));
        var scopeless = await own.GrantsAsync(server => server.ForItselfAsync("two", ("audience", "b")));
        scopeless.Claims.ContainsKey("scope").ShouldBeFalse();
        await own.RefusesAsync(Reason.ScopeNotGranted, server => server.ForItselfAsync("two", ("audience", "b"), ("scope", "x")));
    }

    [Fact]
    public async Task A_token_of_a_client_for_itself_is_no_users_token()
    {
        // The rule says nothing of kind, so it takes users alone.
        await world.RefusesAsync(Reason.NoRule, async server => await server.SendAccessTokenAsync("billing", (await server.ForItselfAsync("orders")).AccessToken, ("audience", "reports")));
    }
}
