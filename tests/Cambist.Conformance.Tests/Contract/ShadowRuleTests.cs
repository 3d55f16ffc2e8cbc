using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Shadow rules are evaluated at their place in the document and recorded with the decision; they decide nothing.</summary>
public sealed class ShadowRuleTests
{
    const string Live = "  - { name: live, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }\n";

    static Task<AdHocWorld> WithRulesAsync(string rules, string deny = "") => AdHocWorld.StartAsync(login => $$"""
        issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: [web, other] } }, subject: "{sub}" } }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
          spare: { identifiers: https://spare.example.com, scopes: use }
        clients: { {{Client("web")}}, {{Client("other")}} }
        {{(deny.Length == 0 ? "" : $"deny:\n{deny}")}}
        rules:
        {{rules}}
        """);

    static string Shadow(string members) => $"  - {{ name: shadow, clients: web, subject: {{ issuer: login }}, actor: none, shadow: true, {members} }}\n";

    static async Task<ShadowVerdict?> IssuedAsync(AdHocWorld own, string scopes, params (string, string)[] more)
    {
        var answer = await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(), more));
        answer.Claims.Text("scope").ShouldBe(scopes);
        var entry = (await own.Common.Engine.Store.Decisions.PageAsync(new() { Issued = answer.Claims.Text("jti") }, default, 1, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        entry.Rule.ShouldBe("live");
        return entry.Shadow;
    }

    static async Task<ShadowVerdict?> RefusedAsync(AdHocWorld own, Reason reason, Func<TestServer, Task<Answer>> request)
    {
        DecisionId.TryParse((await own.RefusesAsync(reason, request)).DecisionId, out var id).ShouldBeTrue();
        return (await own.Common.Engine.Store.Decisions.FindAsync(id, TestContext.Current.CancellationToken))!.Shadow;
    }

    static void ShouldIssue(ShadowVerdict? verdict, string target, params string[] scopes)
    {
        verdict.ShouldNotBeNull();
        (verdict.Rule, verdict.Target, verdict.Reason).ShouldBe(("shadow", target, Reason.None));
        verdict.Scopes.ShouldBe(scopes);
    }

    [Fact]
    public async Task In_front_of_a_live_rule_it_is_recorded_and_the_live_one_decides()
    {
        await using var own = await WithRulesAsync(Shadow("targets: { orders: read }") + Live);
        ShouldIssue(await IssuedAsync(own, "read write", ("audience", "orders")), "orders", "read");

        var verdict = await IssuedAsync(own, "write", ("audience", "orders"), ("scope", "write"));
        (verdict!.Rule, verdict.Reason).ShouldBe(("shadow", Reason.ScopeNotGranted));
        verdict.Scopes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("targets: { spare: use }")]
    [InlineData("targets: { orders: read }, requested_token_types: jwt")]
    public async Task Behind_a_live_rule_or_for_another_target_nothing_is_recorded(string members)
    {
        await using var own = await WithRulesAsync(Live + Shadow(members));
        (await IssuedAsync(own, "read write", ("audience", "orders"))).ShouldBeNull();
    }

    [Fact]
    public async Task What_no_rule_lets_in_stays_refused_and_what_it_would_let_in_is_recorded()
    {
        await using var own = await WithRulesAsync(Live + Shadow("targets: { spare: use }"));
        ShouldIssue(await RefusedAsync(own, Reason.TargetNotAllowed, server => server.SendIdTokenAsync("web", own.IdToken(), ("audience", "spare"))), "spare", "use");

        // a token that is not the caller's would not be let in either
        var verdict = await RefusedAsync(own, Reason.TargetNotAllowed, server => server.SendIdTokenAsync("web", own.IdToken(audience: "other"), ("audience", "spare")));
        verdict!.Reason.ShouldBe(Reason.SubjectNotForCaller);
    }

    [Fact]
    public async Task A_client_with_nothing_but_shadow_rules_may_not_exchange()
    {
        await using var own = await WithRulesAsync(Live + Shadow("targets: { spare: use }").Replace("web", "other", StringComparison.Ordinal));
        (await RefusedAsync(own, Reason.GrantNotAllowed, server => server.SendIdTokenAsync("other", own.IdToken(audience: "other"), ("audience", "spare")))).ShouldBeNull();
    }

    [Fact]
    public async Task Its_default_target_is_nobodys_and_recorded()
    {
        await using var own = await WithRulesAsync(Live + Shadow("default_target: true, targets: { spare: use }"));
        ShouldIssue(await RefusedAsync(own, Reason.TargetMissing, server => server.SendIdTokenAsync("web", own.IdToken())), "spare", "use");
    }

    [Fact]
    public async Task Deny_entries_bind_it()
    {
        await using var own = await WithRulesAsync(Live + Shadow("targets: { spare: use }"), "  - { name: no-bobs, subject: { where: { sub: bob } }, reason: not him }\n  - { name: spare-is-shut, targets: spare, reason: shut }\n");
        (await RefusedAsync(own, Reason.TargetNotAllowed, server => server.SendIdTokenAsync("web", own.IdToken(), ("audience", "spare"))))!.Reason.ShouldBe(Reason.Denied);
        (await RefusedAsync(own, Reason.Denied, server => server.SendIdTokenAsync("web", own.IdToken(subject: "bob"), ("audience", "orders")))).ShouldBeNull();
    }

    [Fact]
    public async Task Once_is_spent_by_the_live_rule_alone()
    {
        await using var own = await WithRulesAsync(Shadow("once: true, targets: { orders: read }") + Live);
        foreach (var token in new[] { own.IdToken() })
        {
            for (var i = 0; i < 3; i++) await own.GrantsAsync(server => server.SendIdTokenAsync("web", token, ("audience", "orders")));
        }
    }

    [Fact]
    public async Task Of_a_refresh_token_that_is_exchanged_nothing_is_foretold()
    {
        const string Shown = "  - { name: shown, clients: web, subject: { token_types: refresh_token }, actor: none, targets: { spare: { use: true } } }\n";
        await using var own = await WithRulesAsync(
            Shadow("targets: { orders: read }") + Live.Replace("targets", "refresh: { lifetime: 8h }, targets", StringComparison.Ordinal)
            + Shown.Replace("shown", "would-be", StringComparison.Ordinal).Replace("actor: none", "actor: none, shadow: true", StringComparison.Ordinal) + Shown);

        // were the shadow rules live, the first of them would stand in the way of any refresh
        var answer = await own.GrantsAsync(async server =>
        {
            var first = await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"));
            return await server.ExchangeAsync("web", SecretOf("web"), (string)first.Json["refresh_token"]!, "refresh_token", ("audience", "spare"));
        });
        var entry = (await own.Common.Engine.Store.Decisions.PageAsync(new() { Issued = answer.Claims.Text("jti") }, default, 1, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        (entry.Rule, entry.Shadow).ShouldBe(("shown", null));
    }

    [Fact]
    public async Task It_is_no_error_nor_warning_and_shown_with_the_decision()
    {
        await using var own = await WithRulesAsync(Live + Shadow("targets: { spare: use }"));
        own.Common.Log.Lines.ShouldAllBe(line => !line.Contains("not built", StringComparison.Ordinal));

        var refused = await own.Common.SendIdTokenAsync("web", own.IdToken(), ("audience", "spare"));
        var shown = (await own.Common.AdminGetAsync("/decisions/" + refused.DecisionId)).Json["shadow"]!;
        shown.ToJsonString().ShouldBe("""{"rule":"shadow","target":"spare","outcome":"issued","scopes_given":["use"]}""");
    }
}
