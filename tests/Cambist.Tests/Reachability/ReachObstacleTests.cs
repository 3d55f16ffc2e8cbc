namespace Cambist.Tests;

/// <summary>Where nobody reaches a resource, what is in the way.</summary>
public class ReachObstacleTests
{
    const string Hash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    static string Clients(string more) => $"clients:\n  web: {{ secrets: {{ sha256: {Hash} }} }}\n  orders: {{ secrets: {{ sha256: {Hash} }}, serves: orders }}\n  desk: {{ secrets: {{ sha256: {Hash} }}, {more} }}\n";

    static IEnumerable<string> Why(string rules, string more = "disabled: false", string? scope = null)
    {
        var registry = Reached.Registry("rules:\n  - { name: sign-in, clients: web, subject: { issuer: login }, targets: { orders: read } }\n" + rules, Clients(more));
        var reachability = new Reachability(registry);
        reachability.To(registry.Resources["ledger"], scope).ShouldBeEmpty();
        return reachability.WhyNobody(registry.Resources["ledger"], scope);
    }

    [Fact]
    public void Nothing_names_it() => Why("").ShouldBe(["no rule names it, and no client has client_credentials for it"]);

    [Theory]
    [InlineData("clients: orders, max_depth: 1, targets: { ledger: { post: true } }", "max_depth 1: a token under it would carry more levels of act than that")]
    [InlineData("clients: orders, targets: { ledger: { post: orders/write } }", "no token that it could take entitles to a scope that it gives")]
    [InlineData("clients: desk, targets: { ledger: { post: true } }", "none of its clients can have a token of self")]
    [InlineData("clients: orders, subject: { kind: client }, targets: { ledger: { post: true } }", "no token that its clients can have fits its subject (kind, token_types, where)")]
    [InlineData("clients: orders, subject: { where: { sub: \"ci:*\" } }, targets: { ledger: { post: true } }", "no token that its clients can have fits its subject (kind, token_types, where)")]
    [InlineData("clients: orders, actor: { issuer: agents }, targets: { ledger: { post: true } }", "none of its clients can have the actor token that it wants")]
    [InlineData("clients: orders, shadow: true, targets: { ledger: { post: true } }", "a shadow rule gives nothing")]
    public void A_rule_names_it_but(string rule, string why) => Why($"  - {{ name: r, {rule} }}\n").ShouldHaveSingleItem().ShouldMatch($@"^rule r \(line \d+\): {System.Text.RegularExpressions.Regex.Escape(why)}$");

    [Theory]
    [InlineData("disabled: true", "desk is disabled")]
    [InlineData("grants: client_credentials, client_credentials: { orders: read }", "desk is disabled, or may not exchange tokens (grants)")]
    public void Its_client_may_not_call(string more, string why) =>
        Why("  - { name: r, clients: desk, subject: { issuer: login }, targets: { ledger: post } }\n", more).ShouldHaveSingleItem().ShouldEndWith($"): {why}");

    [Fact]
    public void A_deny_entry_or_a_client_of_its_own_is_in_the_way()
    {
        Why("  - { name: r, clients: web, subject: { issuer: login }, targets: { ledger: post } }\ndeny: [{ name: never, targets: ledger, reason: closed }]\n")
            .ShouldHaveSingleItem().ShouldEndWith("): a deny entry forbids it, whatever the token says");
        Why("", "disabled: true, client_credentials: { ledger: post }").ShouldBe(["client_credentials of desk: the client is disabled"]);
    }

    [Fact]
    public void With_a_scope_only_what_could_give_it_counts()
    {
        Why("  - { name: r, clients: orders, targets: { ledger: { post: orders/write } } }\n", scope: "post").ShouldHaveSingleItem().ShouldEndWith("): no token that it could take entitles to post");
        Why("", scope: "post").ShouldBe(["no rule gives post at it, and no client has client_credentials for that"]);
    }

    [Fact]
    public void Many_rules_are_cut()
    {
        var why = Why(string.Concat(Enumerable.Range(0, 11).Select(i => $"  - {{ name: r{i}, clients: desk, targets: {{ ledger: {{ post: true }} }} }}\n"))).ToArray();
        (why.Length, why[^1]).ShouldBe((9, "and 3 more"));
    }
}
