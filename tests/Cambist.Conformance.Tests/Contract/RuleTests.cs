using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Rules are tried in order; the first that is selected decides, and its checks never fall through. Deny entries come before all of them.</summary>
public sealed class RuleTests
{
    static Task<AdHocWorld> WithRulesAsync(string rules, string deny = "", string issuer = "") => AdHocWorld.StartAsync(login => $$"""
        lists: { teams: [blue, "green-*"] }
        issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: [web, other] }, access_token: { audiences: web } }, subject: "{sub}"{{issuer}} } }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write], claims: team }
          billing: { identifiers: https://billing.example.com }
          spare: { identifiers: https://spare.example.com }
        clients: { {{Client("web", "client_credentials: { billing: [] }")}}, {{Client("other", "serves: orders")}} }
        {{(deny.Length == 0 ? "" : $"deny:\n{deny}")}}
        rules:
        {{rules}}
        """);

    const string SignIn = "  - { name: sign-in, clients: [web, other], subject: { issuer: login }, actor: none, targets: { orders: [read, write], billing: [] } }\n";

    const string OnBehalf = "  - { name: on, clients: other, targets: { billing: [] } }\n";

    static (string, string) Orders => ("audience", "orders");

    static Task<Answer> SendAsync(AdHocWorld own, TestServer server, string? team = null, params (string Name, string Value)[] more) =>
        server.SendIdTokenAsync("web", own.IdToken(claims =>
        {
            if (team is not null) claims["team"] = JsonNode.Parse(team);
        }), more.Length == 0 ? [Orders] : more);

    static async Task<string> RuleOfAsync(AdHocWorld own, string? team = null)
    {
        var answer = await own.GrantsAsync(server => SendAsync(own, server, team));
        var page = await own.Common.Engine.Store.Decisions.PageAsync(new() { Lineage = answer.Claims.Text("jti") }, default, 1, TestContext.Current.CancellationToken);
        return page.Single().Rule!;
    }

    [Fact]
    public async Task The_first_rule_that_is_selected_decides()
    {
        await using var own = await WithRulesAsync("""
              - { name: blue, clients: web, subject: { issuer: login, where: { team: blue } }, actor: none, targets: { orders: read } }
              - { name: anybody, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }
              - { name: never, clients: web, subject: { issuer: login }, actor: none, targets: { orders: write } }
            """);
        (await RuleOfAsync(own, "\"blue\"")).ShouldBe("blue");
        (await RuleOfAsync(own, "\"red\"")).ShouldBe("anybody");
        (await RuleOfAsync(own)).ShouldBe("anybody");
    }

    [Theory]
    [InlineData("", "write", Reason.ScopeNotGranted)]
    [InlineData("max_depth: 0, ", null, null)]
    public async Task A_check_that_fails_never_falls_through(string member, string? scope, Reason? reason)
    {
        await using var own = await WithRulesAsync($$"""
              - { name: first, clients: web, subject: { issuer: login }, {{member}}actor: none, targets: { orders: read } }
              - { name: second, clients: web, subject: { issuer: login }, actor: none, requested_token_types: [access_token, jwt], targets: { orders: [read, write] } }
            """);
        if (reason is { } expected) await own.RefusesAsync(expected, server => SendAsync(own, server, more: [Orders, ("scope", scope!)]));
        await own.RefusesAsync(Reason.RequestedTokenTypeUnsupported, server => SendAsync(own, server, more: [Orders, ("requested_token_type", JwtType)]));
        await own.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync("web", own.IdToken(audience: "other"), Orders));
        await own.RefusesAsync(Reason.MayActMismatch, server => server.SendIdTokenAsync("web", own.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "other" }), Orders));
    }

    [Fact]
    public async Task A_rule_and_subject_that_do_not_fit_are_no_rule_and_no_rule_at_all_is_invalid_target()
    {
        await using var own = await WithRulesAsync("  - { name: r, clients: web, subject: { issuer: login, where: { team: blue } }, actor: none, targets: { orders: read } }\n");
        await own.RefusesAsync(Reason.NoRule, server => SendAsync(own, server));
        await own.RefusesAsync(Reason.TargetNotAllowed, server => SendAsync(own, server, more: [("audience", "spare")]));
        await own.RefusesAsync(Reason.GrantNotAllowed, server => server.SendIdTokenAsync("other", own.IdToken(audience: "other"), Orders));
    }

    [Fact]
    public async Task A_shadow_rule_never_decides()
    {
        await using var own = await WithRulesAsync("""
              - { name: shadow, clients: web, subject: { issuer: login }, actor: none, shadow: true, targets: { orders: read, spare: [] } }
              - { name: real, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }
            """);
        (await RuleOfAsync(own)).ShouldBe("real");
        await own.RefusesAsync(Reason.TargetNotAllowed, server => SendAsync(own, server, more: [("audience", "spare")]));
    }

    [Fact]
    public async Task Token_types_narrow_a_rule()
    {
        await using var own = await WithRulesAsync("  - { name: r, clients: web, subject: { issuer: login, token_types: access_token }, actor: none, targets: { billing: [] } }\n");
        await own.RefusesAsync(Reason.NoRule, server => SendAsync(own, server, more: [("audience", "billing")]));
        await own.GrantsAsync(server => server.SendAccessTokenAsync("web", own.Login.AccessToken("alice", "web", "", "app"), ("audience", "billing")));
    }

    [Fact]
    public async Task Kinds_keep_tokens_of_clients_and_users_apart()
    {
        await using var own = await WithRulesAsync(SignIn + """
              - { name: clients-only, clients: web, subject: { kind: client }, actor: none, targets: { spare: [] } }
              - { name: users-only, clients: web, actor: none, targets: { spare: [] } }
            """);
        var client = await own.GrantsAsync(async server => await server.SendAccessTokenAsync("web", (await server.ForItselfAsync("web")).AccessToken, ("audience", "spare")));
        client.Claims.Text("sub_kind").ShouldBe("client");
        var user = await own.GrantsAsync(async server => await server.SendAccessTokenAsync("web", (await SendAsync(own, server)).AccessToken, ("audience", "spare")));
        user.Claims.ContainsKey("sub_kind").ShouldBeFalse();
    }

    [Theory]
    [InlineData("team: blue", "\"blue\"", "\"blu\"")]
    [InlineData("team: blue", "\"blue\"", "[\"blue\"]")]
    [InlineData("team: \"b*\"", "\"blue\"", "\"b/e\"")]
    [InlineData("team: \"b**\"", "\"b/e\"", "\"a/b\"")]
    [InlineData("team: { equals: \"b*\" }", "\"b*\"", "\"blue\"")]
    [InlineData("team: 7", "7", "8")]
    [InlineData("team: 7", "\"7\"", "[7]")]
    [InlineData("team: \"7\"", "\"7\"", "7")]
    [InlineData("team: true", "true", "false")]
    [InlineData("team: true", "\"true\"", "1")]
    [InlineData("team: [red, \"b*\"]", "\"blue\"", "\"green\"")]
    [InlineData("team: { in: teams }", "\"green-1\"", "\"green\"")]
    [InlineData("team: { not: blue }", "\"red\"", "\"blue\"")]
    [InlineData("team: { not: blue }", "\"red\"", null)]
    [InlineData("team: { contains: blue }", "[\"red\",\"blue\"]", "\"blue\"")]
    [InlineData("team: { contains: blue }", "[\"blue\"]", "[]")]
    [InlineData("team: { exists: true }", "null", null)]
    [InlineData("team: { exists: false }", null, "null")]
    [InlineData("team: { at_least: 3 }", "3", "2")]
    [InlineData("team: { at_most: 3 }", "3", "\"3\"")]
    [InlineData("team.name: blue", "{\"name\":\"blue\"}", "\"blue\"")]
    [InlineData("/team/a.b: blue", "{\"a.b\":\"blue\"}", "{\"a\":{\"b\":\"blue\"}}")]
    public async Task Conditions_hold_or_do_not(string where, string? fits, string? doesNot)
    {
        await using var own = await WithRulesAsync($"  - {{ name: r, clients: web, subject: {{ issuer: login, where: {{ {where} }} }}, actor: none, targets: {{ orders: read }} }}\n");
        await own.GrantsAsync(server => SendAsync(own, server, fits));
        await own.RefusesAsync(Reason.NoRule, server => SendAsync(own, server, doesNot));
    }

    [Fact]
    public async Task Conditions_of_an_issuer_hold_for_every_token_of_it()
    {
        await using var own = await WithRulesAsync(SignIn, issuer: ", where: { team: blue }");
        await own.GrantsAsync(server => SendAsync(own, server, "\"blue\""));
        await own.RefusesAsync(Reason.SubjectConditionFailed, server => SendAsync(own, server, "\"red\""));
        await own.RefusesAsync(Reason.SubjectConditionFailed, server => SendAsync(own, server));
    }

    [Theory]
    [InlineData("team: red", "\"red\"")]
    [InlineData("team: red", null)]
    [InlineData("team: red", "[\"blue\"]")]
    [InlineData("team: red", "{}")]
    [InlineData("team: red", "7")]
    [InlineData("team: red", "null")]
    [InlineData("team: { not: blue }", null)]
    [InlineData("team: { not: blue }", "[\"blue\"]")]
    [InlineData("team: { contains: red }", "\"red\"")]
    [InlineData("team: { contains: red }", "[7]")]
    [InlineData("team: { at_least: 7 }", "\"1\"")]
    [InlineData("team: { exists: true }", "null")]
    [InlineData("team: { exists: false }", null)]
    [InlineData("team: { in: teams }", "[]")]
    [InlineData("team.name: red", "\"red\"")]
    [InlineData("team: [red, pink]", "true")]
    public async Task A_deny_entry_is_not_dodged(string where, string? team)
    {
        await using var own = await WithRulesAsync(SignIn, $"  - {{ name: no, subject: {{ where: {{ {where} }} }}, reason: not you }}\n");
        await own.RefusesAsync(Reason.Denied, server => SendAsync(own, server, team));
    }

    [Theory]
    [InlineData("team: red", "\"blue\"")]
    [InlineData("team: { not: blue }", "\"blue\"")]
    [InlineData("team: { contains: red }", "[\"blue\"]")]
    [InlineData("team: { exists: true }", null)]
    [InlineData("team: { exists: false }", "null")]
    [InlineData("team: { at_least: 7 }", "6")]
    [InlineData("team: red, sub: bob", "\"red\"")]
    public async Task A_deny_entry_that_clearly_does_not_match_lets_pass(string where, string? team)
    {
        await using var own = await WithRulesAsync(SignIn, $"  - {{ name: no, subject: {{ where: {{ {where} }} }}, reason: not you }}\n");
        await own.GrantsAsync(server => SendAsync(own, server, team));
    }

    [Fact]
    public async Task Deny_comes_before_the_rules_and_after_an_unknown_target()
    {
        await using var own = await WithRulesAsync("  - { name: r, clients: web, subject: { issuer: login, where: { team: blue } }, actor: none, targets: { orders: read } }\n", "  - { name: no, subject: { issuer: login }, reason: nobody }\n");
        await own.RefusesAsync(Reason.Denied, server => SendAsync(own, server, "\"blue\""));
        await own.RefusesAsync(Reason.Denied, server => SendAsync(own, server, "\"red\""));
        await own.RefusesAsync(Reason.TargetNotAllowed, server => SendAsync(own, server, "\"blue\"", ("audience", "spare")));
        await own.RefusesAsync(Reason.TargetUnknown, server => SendAsync(own, server, "\"blue\"", ("audience", "nothing")));
    }

    [Fact]
    public async Task A_deny_entry_binds_a_target_that_was_named_and_one_that_was_not()
    {
        await using var own = await WithRulesAsync(
            "  - { name: r, clients: web, subject: { issuer: login }, actor: none, default_target: true, targets: { orders: read } }\n",
            "  - { name: no, targets: orders, subject: { where: { sub: bob } }, reason: nothing of orders for bob }\n  - { name: other, targets: billing, reason: another matter }\n");
        foreach (var more in new (string, string)[][] { [], [Orders], [("resource", "https://orders.example.com")] })
        {
            await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(), more));
            await own.RefusesAsync(Reason.Denied, server => server.SendIdTokenAsync("web", own.IdToken(subject: "bob"), more));
        }
    }

    [Fact]
    public async Task Deny_entries_have_no_order_and_each_is_looked_at()
    {
        const string One = "  - { name: red, subject: { where: { team: red } }, reason: no }\n", Other = "  - { name: bob, subject: { where: { sub: bob } }, reason: no }\n";
        foreach (var deny in new[] { One + Other, Other + One })
        {
            await using var own = await WithRulesAsync(SignIn, deny);
            await own.GrantsAsync(server => SendAsync(own, server, "\"blue\""));
            await own.RefusesAsync(Reason.Denied, server => SendAsync(own, server, "\"red\""));
            await own.RefusesAsync(Reason.Denied, server => server.SendIdTokenAsync("web", own.IdToken(claims => claims["team"] = "blue", subject: "bob"), Orders));
        }
    }

    [Fact]
    public async Task Where_a_client_and_a_target_have_no_rule_client_credentials_are_invalid_target_before_denied()
    {
        await using var own = await WithRulesAsync(SignIn, "  - { name: no, clients: web, reason: incident }\n");
        await own.RefusesAsync(Reason.Denied, server => server.ForItselfAsync("web", ("audience", "billing")));
        await own.RefusesAsync(Reason.TargetNotAllowed, server => server.ForItselfAsync("web", ("audience", "spare")));
        await own.RefusesAsync(Reason.TargetUnknown, server => server.ForItselfAsync("web", ("audience", "nothing")));
    }

    [Theory]
    [InlineData("clients: web", true)]
    [InlineData("clients: other", false)]
    [InlineData("targets: orders", true)]
    [InlineData("targets: [orders, billing]", true)]
    [InlineData("targets: billing", false)]
    [InlineData("subject: { issuer: self }", false)]
    [InlineData("subject: { kind: client }", false)]
    [InlineData("subject: { kind: [user, impersonated] }", true)]
    [InlineData("subject: { token_types: access_token }", false)]
    [InlineData("subject: { token_types: id_token }", true)]
    [InlineData("clients: web, targets: orders, subject: { where: { sub: alice } }", true)]
    [InlineData("clients: web, targets: orders, subject: { where: { sub: bob } }", false)]
    public async Task Every_selector_of_a_deny_entry_must_match(string selectors, bool isDenied)
    {
        await using var own = await WithRulesAsync(SignIn, $"  - {{ name: no, {selectors}, reason: nobody }}\n");
        if (isDenied) await own.RefusesAsync(Reason.Denied, server => SendAsync(own, server));
        else await own.GrantsAsync(server => SendAsync(own, server));
    }

    [Theory]
    [InlineData("actor: { where: { sub: other } }", true)]
    [InlineData("actor: { issuer: self, where: { sub: other } }", true)]
    [InlineData("actor: { issuer: self }", true)]
    [InlineData("actor: { where: { sub: web } }", false)]
    [InlineData("actor: { issuer: login }", false)]
    [InlineData("actor: { where: { team: red } }", true)]
    public async Task A_deny_entry_sees_the_client_that_becomes_the_actor(string selector, bool isDenied)
    {
        await using var own = await WithRulesAsync(SignIn + OnBehalf, $"  - {{ name: no, {selector}, reason: nobody }}\n");
        async Task<Answer> OnBehalfAsync(TestServer server) => await server.SendAccessTokenAsync("other", (await SendAsync(own, server)).AccessToken, ("audience", "billing"));
        if (isDenied) await own.RefusesAsync(Reason.Denied, OnBehalfAsync);
        else await own.GrantsAsync(OnBehalfAsync);

        // Nobody acts in a sign-in, nor in client credentials.
        await own.GrantsAsync(server => SendAsync(own, server));
        await own.GrantsAsync(server => server.ForItselfAsync("web"));
    }

    [Theory]
    [InlineData("clients: web", true)]
    [InlineData("targets: billing", true)]
    [InlineData("clients: web, targets: orders", false)]
    [InlineData("clients: web, subject: { issuer: self }", false)]
    [InlineData("subject: { kind: client }", false)]
    public async Task A_deny_entry_that_says_nothing_of_a_subject_binds_client_credentials(string selectors, bool isDenied)
    {
        await using var own = await WithRulesAsync(SignIn, $"  - {{ name: no, {selectors}, reason: nobody }}\n");
        if (isDenied) await own.RefusesAsync(Reason.Denied, server => server.ForItselfAsync("web"));
        else await own.GrantsAsync(server => server.ForItselfAsync("web"));
    }

    [Fact]
    public async Task On_our_own_tokens_sub_is_our_sub()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "people:{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com }, billing: { identifiers: https://billing.example.com } }
            clients: { {{Client("web")}}, {{Client("orders", "serves: orders")}} }
            deny: [ { name: no, subject: { issuer: self, where: { sub: "people:bob" } }, reason: not bob } ]
            rules:
              - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [] }, default_target: true }
              - { name: on, clients: orders, subject: { where: { sub: "people:*" } }, targets: { billing: [] } }
            """);
        async Task<Answer> OfAsync(TestServer server, string person) =>
            await server.SendAccessTokenAsync("orders", (await server.SendIdTokenAsync("web", own.IdToken(subject: person))).AccessToken, ("audience", "billing"));
        await own.GrantsAsync(server => OfAsync(server, "alice"));
        await own.RefusesAsync(Reason.Denied, server => OfAsync(server, "bob"));
    }
}
