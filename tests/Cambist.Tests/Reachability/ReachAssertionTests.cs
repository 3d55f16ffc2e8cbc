using Cambist.Yaml;

namespace Cambist.Tests;

public class ReachAssertionTests
{
    const string Rules = """
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }
          - { name: onward, clients: orders, targets: { billing: { read: [read, write], pay: write } } }
          - { name: shortcut, clients: desk, subject: { issuer: ci }, targets: { billing: read } }
        """;

    static (string[] Failures, string[] Errors) Check(string lines)
    {
        var registry = Reached.Registry(Rules);
        var parsed = RegistryDocument.Parse("assert:\n" + lines);
        var findings = new FindingList(parsed.Findings);
        var read = ReachAssertions.Read(((DocumentMap)parsed.Document!).Member("assert")!, NodeReader.ByPath(findings), registry);
        return ([.. ReachAssertions.Check(read, registry).Select(failure => failure.In("cambist.test.yaml"))], [.. findings.InDocumentOrder().Select(finding => finding.In("cambist.test.yaml"))]);
    }

    static string[] Failures(string lines)
    {
        var (failures, errors) = Check(lines);
        errors.ShouldBeEmpty();
        return failures;
    }

    [Theory]
    [InlineData("{ resource: billing, only: [orders, desk] }")]
    [InlineData("{ resource: billing, only: [orders, \"d*\"] }")]
    [InlineData("{ resource: billing, scope: pay, only: orders }")]
    [InlineData("{ resource: billing, scope: pay, never: [desk, web] }")]
    [InlineData("{ resource: billing, never_from: [partner, impersonation] }")]
    [InlineData("{ resource: billing, scope: pay, never_from: ci }")]
    [InlineData("{ resource: ledger, only: none }")]
    public void What_holds_says_nothing(string assertion) => Failures($"  - {assertion}").ShouldBeEmpty();

    [Fact]
    public void What_does_not_hold_shows_its_place_and_the_chain()
    {
        Failures("  - { resource: billing, only: orders }").ShouldBe(["cambist.test.yaml:2:5 nobody but orders may reach billing, yet desk can: ci jwt → rule shortcut (line 21) of desk, where ref must be \"main\" → billing [read]"]);
        Failures("  - { resource: billing, scope: pay, never: [desk, orders] }").ShouldBe(
            ["cambist.test.yaml:2:5 orders may never reach billing with pay, yet it can: login id_token → rule sign-in (line 19) of web → orders [read, write] → rule onward (line 20) of orders → billing [read, pay]"]);
        Failures("  - { resource: billing, never_from: ci }").ShouldBe(
            ["cambist.test.yaml:2:5 no token that began at ci may become one for billing, yet desk can get one: ci jwt → rule shortcut (line 21) of desk, where ref must be \"main\" → billing [read]"]);
        Failures("  - { resource: billing, only: none }").Length.ShouldBe(2);
    }

    [Fact]
    public void One_assertion_may_stand_without_a_list() => Failures("  { resource: billing, never: web }").ShouldBeEmpty();

    [Fact]
    public void Every_fault_is_told_at_once_with_its_place()
    {
        var (failures, errors) = Check("""
              - { resource: biling, only: orders }
              - { resource: billing, scope: post, never: nobody-else }
              - { resource: billing }
              - { resource: billing, only: orders, never: web }
              - { only: "x-*", scope: pay }
              - { resource: billing, never_from: self }
              - { resource: billing, never: [] }
              - { resource: billing, never: none, because: x }
            """);
        failures.ShouldBeEmpty();
        string Error(int line) => errors.First(error => error.StartsWith($"cambist.test.yaml:{line}:", StringComparison.Ordinal));
        Error(2).ShouldContain("there is no resource 'biling'; did you mean billing?");
        errors.Count(error => error.StartsWith("cambist.test.yaml:3:", StringComparison.Ordinal)).ShouldBe(2);
        Error(4).ShouldContain("one of only, never and never_from");
        Error(5).ShouldContain("one of only, never and never_from");
        errors.ShouldContain(error => error.Contains("resource is missing", StringComparison.Ordinal));
        errors.ShouldContain(error => error.Contains("no client matches the pattern 'x-*'", StringComparison.Ordinal));
        Error(7).ShouldContain("there is no issuer 'self'");
        Error(8).ShouldContain("an empty list never means all");
        errors.Count(error => error.StartsWith("cambist.test.yaml:9:", StringComparison.Ordinal)).ShouldBe(2);
    }
}
