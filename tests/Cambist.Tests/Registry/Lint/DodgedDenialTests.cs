namespace Cambist.Tests;

/// <summary>Deny entries that a detour over another resource dodges, and those that only look so.</summary>
public class DodgedDenialTests
{
    const string SignIn = "  - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }\n";
    const string Onwards = "  - { name: onwards, clients: orders, targets: { billing: { read: [orders/read] } } }\n";
    const string Chain = SignIn + Onwards;

    static string Deny(string members) => $"deny: {{ name: d, reason: x, {members} }}\n";

    [Theory]
    [InlineData("targets: billing, subject: §{ issuer: login, where: { groups: { contains: contractors } } }", "the token is ours (issuer self), no more of login. Deny orders too, or look at our own tokens as well (issuer: self, or no issuer at all) and copy groups (resources.orders.claims)")]
    [InlineData("targets: billing, subject: §{ issuer: login, where: { tenant: acme } }", "(issuer: self, or no issuer at all)")]
    [InlineData("targets: [billing, deploy], clients: orders, subject: §{ issuer: login }", "rule sign-in gives web a token for orders, rule onwards takes that for billing")]
    [InlineData("targets: billing, subject: §{ token_types: id_token, where: { tenant: acme } }", "an access token of ours")]
    [InlineData("targets: billing, subject: §{ where: { contractor: { exists: true } } }", "contractor is no more among the claims")]
    [InlineData("targets: billing, subject: §{ where: { contractor: { not: { exists: false } } } }", "contractor is no more among the claims")]
    public void Dodged_denial_A_detour_that_the_entry_does_not_see_is_found(string members, string part) => Linted.Finds("dodged-denial", Chain, part, Deny(members));

    [Theory]
    [InlineData("targets: billing, subject: { issuer: [login, self], where: { tenant: acme } }")] // sees ours too, which carry it
    [InlineData("targets: billing, subject: { where: { tenant: acme } }")]
    [InlineData("targets: billing, subject: { where: { contractor: yes } }")] // missing counts as matched
    [InlineData("targets: [billing, orders], subject: { issuer: login, where: { contractor: yes } }")] // the way there is denied
    [InlineData("subject: { issuer: login, where: { contractor: yes } }")]
    [InlineData("targets: deploy, subject: { issuer: login }")] // no rule takes ours for it
    [InlineData("targets: billing, subject: { issuer: gitlab, where: { ref: main } }")] // none of its tokens is exchanged for orders
    [InlineData("targets: billing, clients: web, subject: { issuer: login }")] // it is about web alone, which has no way
    [InlineData("targets: billing, subject: { kind: client, where: { contractor: { exists: true } } }")]
    [InlineData("targets: billing, subject: { where: { sub: \"admin-*\" } }")] // {sub} is carried as it is
    public void Dodged_denial_What_leads_nowhere_is_not(string members) => Linted.FindsNothing(Chain, Deny(members));

    [Fact]
    public void Dodged_denial_A_client_that_exchanges_its_own_token_again_is_found() => Linted.Finds(
        "dodged-denial", SignIn + "  - { name: again, clients: web, targets: { billing: { read: [orders/read] } } }\n", "rule sign-in gives web", Deny("targets: billing, clients: web, subject: §{ issuer: login }"));

    [Fact]
    public void Dodged_denial_A_sub_that_is_renamed_on_the_way_is_found()
    {
        const string Ci = "  - { name: sign-in, clients: ci, subject: { issuer: gitlab, kind: client }, actor: none, targets: { orders: read } }\n"
            + "  - { name: onwards, clients: orders, subject: { kind: client }, targets: { billing: { read: [orders/read] } } }\n";
        Linted.Finds("dodged-denial", Ci, "sub begins with 'gitlab:'", Deny("targets: billing, subject: §{ where: { sub: \"4711\" } }"));
        Linted.FindsNothing(Ci, Deny("targets: billing, subject: { where: { sub: \"gitlab:4711\" } }"));
    }

    [Theory]
    [InlineData("where: { tenant: { not: acme } }")]
    [InlineData("where: { tenant: globex }")]
    public void Dodged_denial_A_first_rule_that_takes_none_of_them_is_no_way(string where) => Linted.FindsNothing(
        SignIn.Replace("issuer: login", $"issuer: login, {where}", StringComparison.Ordinal) + Onwards, Deny("targets: billing, subject: { issuer: login, where: { tenant: acme } }"));

    [Fact]
    public void Dodged_denial_A_second_rule_that_asks_for_what_is_not_carried_is_no_way() => Linted.FindsNothing(
        SignIn + Onwards.Replace("clients: orders,", "clients: orders, subject: { where: { groups: { contains: staff } } },", StringComparison.Ordinal), Deny("targets: billing, subject: { issuer: login, where: { groups: { contains: contractors } } }"));

    [Theory]
    [InlineData("{ name: e, reason: x, targets: orders, subject: { issuer: login, where: { tenant: acme } } }")]
    [InlineData("{ name: e, reason: x, targets: billing, subject: { issuer: self, where: { tenant: acme } } }")]
    [InlineData("{ name: e, reason: x, targets: billing, clients: orders }")]
    public void Dodged_denial_A_second_entry_closes_the_way(string other) => Linted.FindsNothing(
        Chain, $"deny:\n  - {{ name: d, reason: x, targets: billing, subject: {{ issuer: login, where: {{ tenant: acme }} }} }}\n  - {other}\n");
}
