namespace Cambist.Tests;

/// <summary>What lint says of rules: never reached, evaded, unbounded.</summary>
public class RuleLintTests
{
    static string Rule(string members, string name = "first") => $"  - {{ name: {name}, {members} }}\n";

    const string Sign = "clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] }";

    [Theory]
    [InlineData("clients: web, subject: { issuer: login }, actor: none, targets: { orders: read }")]
    [InlineData("clients: web, subject: { issuer: login }, targets: { orders: read }")] // who acts is a check, and selects nothing
    [InlineData("clients: web, subject: { issuer: login, token_types: id_token }, targets: { orders: read }")]
    [InlineData("clients: web, subject: { issuer: login, kind: user }, targets: { orders: read }")]
    [InlineData("clients: web, subject: { issuer: login, where: { tenant: acme } }, targets: { orders: read }")]
    public void Shadowed_rule_A_rule_behind_a_wider_one_is_found(string later) =>
        Linted.Finds("shadowed-rule", Rule(Sign) + Rule(later, "second").Replace("- {", "- §{", StringComparison.Ordinal), "rule first in line 17 comes before it");

    [Theory]
    [InlineData("tenant: acme", "tenant: acme")]
    [InlineData("tenant: acme", "tenant: acme, level: 3")]
    [InlineData("tenant: [acme, globex]", "tenant: acme")]
    [InlineData("tenant: { in: tenants }", "tenant: acme")]
    [InlineData("tenant: { in: tenants }", "tenant: [acme, globex]")]
    [InlineData("tenant: \"a*\"", "tenant: acme")]
    [InlineData("tenant: \"**\"", "tenant: \"a*\"")]
    [InlineData("level: { at_least: 2 }", "level: { at_least: 3 }")]
    [InlineData("level: { at_most: 2 }", "level: { at_most: 1 }")]
    [InlineData("level: 3", "level: \"3\"")]
    [InlineData("groups: { contains: [a, b] }", "groups: { contains: a }")]
    [InlineData("tenant: { exists: true }", "tenant: acme")]
    [InlineData("tenant: { exists: true }", "tenant: { not: acme }")]
    [InlineData("tenant: { not: acme }", "tenant: { not: acme }, level: 3")]
    [InlineData("/tenant: acme", "tenant: acme")]
    public void Shadowed_rule_One_whose_conditions_say_more_is_found(string earlier, string later) =>
        Shadowing(earlier, later).ShouldBe(["shadowed-rule"]);

    [Theory]
    [InlineData("tenant: acme", "tenant: globex")]
    [InlineData("tenant: acme, level: 3", "tenant: acme")]
    [InlineData("tenant: acme", "tenant: [acme, globex]")]
    [InlineData("tenant: acme", "tenant: { in: tenants }")]
    [InlineData("tenant: \"*\"", "tenant: \"a**\"")]
    [InlineData("tenant: { equals: \"a*\" }", "tenant: \"a*\"")]
    [InlineData("tenant: \"a*\"", "tenant: { equals: \"a/*\" }")]
    [InlineData("level: { at_least: 3 }", "level: { at_least: 2 }")]
    [InlineData("level: { at_least: 3 }", "level: { at_most: 3 }")]
    [InlineData("level: \"3\"", "level: 3")] // the number would not fit the earlier one
    [InlineData("level: { at_least: 3 }", "level: 3")] // the string "3" would not
    [InlineData("groups: { contains: a }", "groups: a")]
    [InlineData("tenant: { exists: true }", "tenant: { not: { exists: true } }")]
    [InlineData("tenant: { not: acme }", "tenant: globex")] // certain, and more than this check looks for
    public void Shadowed_rule_One_that_may_be_reached_is_not(string earlier, string later) => Shadowing(earlier, later).ShouldBeEmpty();

    static string?[] Shadowing(string earlier, string later) =>
        [.. Linted.Rules(
            Rule($"clients: web, subject: {{ issuer: login, where: {{ {earlier} }} }}, targets: {{ orders: read }}") + Rule($"clients: web, subject: {{ issuer: login, where: {{ {later} }} }}, targets: {{ orders: read }}", "second"),
            "lists: { tenants: [acme, globex] }\n").Select(found => found.Check).Where(check => check is not ("unused-list" or "wide-pattern"))];

    [Theory]
    [InlineData("clients: [web, web-2], subject: { issuer: login }, targets: { orders: read }")]
    [InlineData("clients: web, subject: { issuer: login }, targets: { orders: read, deploy: [] }")]
    [InlineData("clients: web, subject: { issuer: [login, gitlab] }, targets: { orders: read }")]
    [InlineData("clients: web, subject: { issuer: login }, actor: { issuer: agents, where: { scope: x } }, targets: { orders: [write], deploy: [] }, max_depth: 2")]
    [InlineData("clients: web, subject: { issuer: login }, targets: { orders: read }, default_target: true")]
    [InlineData("clients: web, subject: { issuer: login }, targets: { orders: read }, shadow: true")]
    public void Shadowed_rule_One_that_takes_anything_more_is_not(string later) =>
        Linted.Rules(Rule(Sign) + Rule(later, "second")).ShouldNotContain(found => found.Subject == "rule second" && found.Check == "shadowed-rule");

    [Fact]
    public void Shadowed_rule_What_the_issuer_asks_for_counts_too()
    {
        var yaml = Linted.Base.Replace("subject: \"gitlab:{project_id}\"", "subject: \"gitlab:{project_id}\", where: { ref_protected: true }", StringComparison.Ordinal);
        var rules = Rule("clients: ci, subject: { issuer: gitlab, where: { ref_protected: true } }, targets: { deploy: [] }") + Rule("clients: ci, subject: { issuer: gitlab }, targets: { deploy: [] }", "second");
        Linted.Of(yaml + "rules:\n" + rules + Linted.Rest).ShouldHaveSingleItem().Subject.ShouldBe("rule second");
        Linted.FindsNothing(rules);
    }

    [Fact]
    public void Shadowed_rule_Kinds_and_our_own_tokens_are_compared_as_the_server_does()
    {
        const string Users = "clients: orders, targets: { billing: { read: [orders/read] } }";
        const string Both = "clients: orders, subject: { kind: [user, client] }, targets: { billing: { read: [orders/read] } }";
        Linted.Rules(Rule(Sign, "sign") + Rule(Both) + Rule(Users, "second")).ShouldHaveSingleItem().Check.ShouldBe("shadowed-rule");
        Linted.FindsNothing(Rule(Sign, "sign") + Rule(Users) + Rule(Both, "second"));
    }

    [Fact]
    public void Shadowed_rule_Clients_by_pattern_are_those_that_fit() => Linted.Rules(
        Rule("clients: \"web*\", subject: { issuer: login }, targets: { orders: read }") + Rule("clients: [web, web-2], subject: { issuer: login }, targets: { orders: read }", "second"))
        .ShouldHaveSingleItem().Check.ShouldBe("shadowed-rule");

    [Theory]
    [InlineData("clients: [web, web-2], subject: { issuer: login }, targets: { orders: [read, write] }")]
    [InlineData("clients: web, subject: { issuer: login }, actor: none, targets: { orders: { read: true, write: true } }")]
    public void Omitted_actor_A_rule_that_gives_the_same_without_is_found(string without)
    {
        const string With = "clients: web, subject: { issuer: login }, actor: §{ issuer: agents }, targets: { orders: [read, write] }";
        Linted.Finds("omitted-actor", Rule(With) + Rule(without, "second"), "web can leave the actor token out: rule second in line 18");
        Linted.Finds("omitted-actor", Rule(without, "second") + Rule(With), "rule second in line 17");
    }

    [Theory]
    [InlineData("clients: web, subject: { issuer: login }, targets: { orders: read }")] // gives less
    [InlineData("clients: web-2, subject: { issuer: login }, targets: { orders: [read, write] }")]
    [InlineData("clients: web, subject: { issuer: login, where: { tenant: acme } }, targets: { orders: [read, write] }")]
    [InlineData("clients: web, subject: { issuer: login }, targets: { billing: [read, pay] }")]
    public void Omitted_actor_A_rule_for_less_is_not(string without) => Linted.FindsNothing(
        Rule("clients: web, subject: { issuer: login }, actor: { issuer: agents }, targets: { orders: [read, write] }") + Rule(without, "second"));

    [Theory]
    [InlineData("\"*\"")]
    [InlineData("\"**\"")]
    public void Wide_clients_A_rule_for_everybody_is_found(string clients) =>
        Linted.Finds("wide-clients", Rule($"clients: §{clients}, subject: {{ issuer: login, where: {{ tenant: acme }} }}, targets: {{ orders: read }}"), "each one that is added later");

    [Fact]
    public void Wide_clients_A_common_beginning_and_a_deny_entry_for_everybody_are_not() =>
        Linted.FindsNothing(Rule("clients: \"web*\", subject: { issuer: login }, targets: { orders: read }"), "deny: { name: d, reason: x, clients: \"*\", targets: billing }\n");

    [Theory]
    [InlineData("clients: web, subject: §{ issuer: impersonation }, targets: { orders: read }", "")]
    [InlineData("clients: web, subject: §{ issuer: impersonation, where: { context.ticket: \"t-*\" } }, targets: { orders: read }", "")]
    [InlineData("clients: web, subject: §{ issuer: impersonation }, targets: { orders: read }", "deny: { name: d, reason: x, targets: billing, subject: { kind: impersonated, where: { sub: \"admin-*\" } } }\n")]
    [InlineData("clients: web, subject: §{ issuer: impersonation }, targets: { orders: read }", "deny: { name: d, reason: x, subject: { kind: user, where: { sub: \"admin-*\" } } }\n")]
    public void Unbounded_impersonation_A_rule_for_anybodys_is_found(string rule, string deny) => Linted.Finds("unbounded-impersonation", Rule(rule), "who may be impersonated", deny);

    [Theory]
    [InlineData("clients: web, subject: { issuer: impersonation, where: { sub: \"customer:**\" } }, targets: { orders: read }", "")]
    [InlineData("clients: web, subject: { issuer: impersonation }, targets: { orders: read }", "deny: { name: d, reason: x, subject: { kind: impersonated, where: { sub: \"admin-*\" } } }\n")]
    [InlineData("clients: web, subject: { issuer: impersonation }, targets: { orders: read }", "deny: { name: d, reason: x, targets: [orders, billing], subject: { where: { sub: \"admin-*\" } } }\n")]
    public void Unbounded_impersonation_One_with_a_bound_on_sub_is_not(string rule, string deny) => Linted.FindsNothing(Rule(rule), deny);

    [Theory]
    [InlineData("clients: web, subject: { issuer: login }, targets: { cambist-admin: §audit }", "carries act")]
    [InlineData("clients: web, subject: { issuer: login }, actor: { issuer: agents }, targets: { orders: read, cambist-admin: §[audit, keys] }", "carries act")]
    [InlineData("clients: web, subject: { issuer: impersonation, where: { sub: \"customer:**\" } }, actor: none, targets: { cambist-admin: §audit }", "is an impersonated one")]
    [InlineData("clients: orders, subject: { kind: impersonated }, actor: none, targets: { cambist-admin: §{ audit: true } }", "is an impersonated one")]
    public void Unusable_admin_token_A_rule_whose_tokens_the_admin_api_never_takes_is_found(string rule, string part) => Linted.Finds("unusable-admin-token", Rule(rule), part);

    [Theory]
    [InlineData("clients: web, subject: { issuer: login }, actor: none, targets: { cambist-admin: audit }")]
    [InlineData("clients: orders, subject: { kind: [user, impersonated] }, actor: none, targets: { cambist-admin: { audit: true } }")]
    [InlineData("clients: web, subject: { issuer: login }, targets: { cambist-admin: audit }, shadow: true")]
    public void Unusable_admin_token_One_that_may_give_one_for_itself_is_not(string rule) => Linted.FindsNothing(Rule(rule));

    const string Refreshing = "clients: web, subject: { issuer: login }, actor: none, refresh: { lifetime: 1h }, targets: { orders: read }";
    const string TakesRefresh = "clients: web, subject: { token_types: refresh_token }, actor: none, targets: { deploy: [] }";

    static IEnumerable<string?> Checks(string rules, string grants = "") => Linted.Of(
        Linted.Base.Replace("  web: {", $"  web: {{{grants}", StringComparison.Ordinal) + "rules:\n" + rules + Linted.Rest).Select(found => found.Check);

    [Fact]
    public void Idle_refresh_Refresh_tokens_that_no_client_of_the_rule_can_have_are_found()
    {
        Linted.Finds("idle-refresh", Rule(TakesRefresh.Replace("token_types: ", "token_types: §", StringComparison.Ordinal)), "none of its clients can have one");
        Checks(Rule(Refreshing), " grants: token_exchange,").ShouldBe(["idle-refresh"]);
        Checks(Rule(Refreshing) + Rule(TakesRefresh, "second"), " grants: token_exchange,").ShouldBe(["idle-refresh", "idle-refresh"]);
        Checks(Rule(Refreshing) + Rule(TakesRefresh.Replace("clients: web", "clients: web-2", StringComparison.Ordinal), "second")).ShouldBe(["idle-refresh"]);
    }

    [Fact]
    public void Idle_refresh_Where_one_client_has_them_nothing_is_found()
    {
        Checks(Rule(Refreshing) + Rule(TakesRefresh, "second")).ShouldBeEmpty();
        Checks(Rule(Refreshing), " grants: [token_exchange, refresh_token],").ShouldBeEmpty();
        Checks(Rule(Refreshing.Replace("clients: web", "clients: [web, web-2]", StringComparison.Ordinal)), " grants: token_exchange,").ShouldBeEmpty();
    }

    const string Imports = "clients: web, subject: { issuer: agents }, actor: none, targets: { orders: [read] }";

    static RegistryFinding[] Imported(string import, string condition, string agents = "roles: [subject, actor], act: accept") =>
        [.. Linted.Of(Linted.Base.Replace("roles: actor", agents, StringComparison.Ordinal) + "rules:\n" + Rule(import)
            + Rule($"clients: orders, subject: {{ where: {{ {condition} }} }}, targets: {{ billing: {{ read: true }} }}", "second") + Linted.Rest).Where(found => found.Check == "imported-actor")];

    [Theory]
    [InlineData("act.sub: desk")]
    [InlineData("/act/sub: [desk, \"agent:*\"]")]
    public void Imported_actor_A_condition_that_another_issuers_actor_meets_is_found(string condition) =>
        Imported(Imports, condition).ShouldHaveSingleItem().Message.ShouldContain("an actor that agents calls so passes too: its tokens bring act with them (act: accept), and rule first in line 17");

    [Theory]
    [InlineData("act.sub: desk, act.iss: { exists: false }")]
    [InlineData("act.sub: desk, act.iss: \"https://agents.example.com\"")]
    [InlineData("act.sub: { exists: true }")]
    [InlineData("act.sub: { not: desk }")]
    [InlineData("sub: desk")]
    public void Imported_actor_One_that_says_whose_it_is_or_names_nobody_is_not(string condition) => Imported(Imports, condition).ShouldBeEmpty();

    [Fact]
    public void Imported_actor_Where_no_chain_comes_in_outermost_nothing_is_found()
    {
        Imported(Imports, "act.sub: desk", "roles: [subject, actor]").ShouldBeEmpty();
        Imported(Imports.Replace("actor: none, ", "", StringComparison.Ordinal), "act.sub: desk").ShouldBeEmpty();
    }
}
