namespace Cambist.Tests;

/// <summary>What lint says of things that nothing uses, and of claims that never arrive.</summary>
public class UnusedLintTests
{
    static RegistryFinding[] With(string after, string line, string more = "") =>
        Linted.Of(Linted.Base.Replace(after + "\n", after + "\n" + line + "\n", StringComparison.Ordinal) + more + "rules:\n" + Linted.Rest);

    [Theory]
    [InlineData("  idle: { secrets: { sha256: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb } }", "neither client_credentials nor serves")]
    [InlineData("  idle: { auth: none }", "no rule names it, so it can do nothing")]
    public void Idle_client_A_client_that_can_do_nothing_is_found(string client, string part)
    {
        var found = With("clients:", client).ShouldHaveSingleItem();
        (found.Check, found.Subject).ShouldBe(("idle-client", "clients.idle"));
        found.Message.ShouldContain(part);
    }

    [Theory]
    [InlineData("client_credentials: { billing: read }")]
    [InlineData("serves: billing")]
    [InlineData("disabled: true")]
    public void Idle_client_One_that_can_do_something_or_nothing_by_intention_is_not(string member) =>
        With("clients:", $"  idle: {{ secrets: {{ sha256: {Wrong.Hash} }}, {member} }}").ShouldBeEmpty();

    [Fact]
    public void Idle_client_Grants_that_nothing_gives_are_said_once() =>
        With("clients:", $"  idle: {{ secrets: {{ sha256: {Wrong.Hash} }}, grants: token_exchange }}").ShouldBeEmpty();

    [Fact]
    public void Unused_issuer_An_issuer_that_no_rule_names_is_found()
    {
        var found = With("issuers:", "  spare: { issuer: https://spare.example.com, tokens: jwt, subject: \"spare:{sub}\" }", "deny: { name: d, reason: x, subject: { issuer: spare } }\n").ShouldHaveSingleItem();
        (found.Check, found.Subject).ShouldBe(("unused-issuer", "issuers.spare"));
    }

    [Fact]
    public void Unused_issuer_One_for_actors_alone_is_used_by_actor() => Linted.FindsNothing("");

    [Fact]
    public void Unused_list_A_list_that_no_condition_names_is_found()
    {
        var found = Linted.Rules("", "lists: { spare: [a], named: [b], not-named: x }\ndeny: { name: d, reason: x, subject: { where: { groups: { contains: { in: named } }, x: { not: { in: not-named } } } } }\n").ShouldHaveSingleItem();
        (found.Check, found.Subject).ShouldBe(("unused-list", "lists.spare"));
    }

    [Fact]
    public void Unserved_opaque_A_resource_whose_tokens_nobody_can_read_is_found()
    {
        const string Sealed = "  sealed: { identifiers: https://sealed.example.com, token: { format: opaque } }";
        var found = With("resources:", Sealed).ShouldHaveSingleItem();
        (found.Check, found.Subject).ShouldBe(("unserved-opaque", "resources.sealed"));
        With("resources:", Sealed.Replace("opaque", "jwt", StringComparison.Ordinal)).ShouldBeEmpty();
        Linted.Of(Linted.Base.Replace("resources:\n", $"resources:\n{Sealed}\n", StringComparison.Ordinal).Replace("serves: orders", "serves: [orders, sealed]", StringComparison.Ordinal) + "rules:\n" + Linted.Rest).ShouldBeEmpty();
        Linted.Of(Linted.Base.Replace("resources:\n", $"resources:\n{Sealed}\n", StringComparison.Ordinal).Replace("serves: orders", "serves: [orders, sealed], disabled: true", StringComparison.Ordinal) + "rules:\n" + Linted.Rest)
            .ShouldHaveSingleItem().Check.ShouldBe("unserved-opaque");
    }

    const string Chain = "  - { name: sign, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }\n"
        + "  - { name: onwards, clients: orders, targets: { billing: { read: [orders/read] } } }\n";

    [Theory]
    [InlineData("[email, §phone]")]
    [InlineData("§phone")]
    [InlineData("{ tenant: \"{tenant}\", mobile: §\"{phone}\" }")]
    public void Absent_claim_A_claim_that_no_callers_token_carries_is_found(string claims)
    {
        var (text, place) = Marked.Read(Linted.Base.Replace("claims: tenant }", $"claims: {claims} }}", StringComparison.Ordinal) + "rules:\n" + Chain + Linted.Rest);
        var found = Linted.Of(text).ShouldHaveSingleItem();
        (found.Check, found.Position).ShouldBe(("absent-claim", place));
        found.Message.ShouldStartWith("'phone' is never there");
        found.Message.ShouldContain("resources.orders.claims");
    }

    [Theory]
    [InlineData("claims: [email, tenant] }", "")]
    [InlineData("claims: { who: \"{sub}\", by: \"{act.sub}\", at: \"{auth_time}\" } }", "")]
    [InlineData("claims: phone }", "  - { name: direct, clients: web, subject: { issuer: login }, actor: none, targets: { billing: read } }\n")] // the ID token may have it
    public void Absent_claim_One_that_may_be_there_is_not(string claims, string more) =>
        Linted.Of(Linted.Base.Replace("claims: tenant }", claims, StringComparison.Ordinal) + "rules:\n" + Chain + more + Linted.Rest).ShouldBeEmpty();

    [Fact]
    public void Absent_claim_What_a_rule_adds_on_the_way_is_there() => Linted.Of(
        Linted.Base.Replace("claims: tenant }", "claims: phone }", StringComparison.Ordinal) + "rules:\n"
        + Chain.Replace("write] } }", "write] }, claims: { phone: \"{phone_number}\" } }", StringComparison.Ordinal) + Linted.Rest).ShouldBeEmpty();
}
