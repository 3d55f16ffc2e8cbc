using Cambist.Testing;

namespace Cambist.Conformance.Tests.Page;

/// <summary>docs/conformance.md says what the tests are, and no test is of a requirement that does not exist.</summary>
public sealed class ConformancePageTests
{
    internal const string Approve = "CAMBIST_APPROVE_CONFORMANCE";

    static readonly NamedTests Tests = NamedTests.All;

    static readonly IReadOnlyList<ConformanceSection> Sections = ConformanceSection.ReadAll(Tests);
    static readonly IReadOnlyList<ScenarioSection> Scenarios = ScenarioSection.ReadAll(Tests);

    [Fact]
    public void The_page_is_the_approved_one()
    {
        var file = Path.Combine(BuiltServer.Root, "docs", "conformance.md");
        var page = ConformancePage.Write(Sections, Scenarios);
        if (Environment.GetEnvironmentVariable(Approve) == "1") File.WriteAllText(file, page);

        var approved = File.Exists(file) ? File.ReadAllText(file) : "";
        var changes = page.Split('\n').Except(approved.Split('\n')).Select(line => "+ " + line).Concat(approved.Split('\n').Except(page.Split('\n')).Select(line => "- " + line)).ToArray();
        changes.ShouldBeEmpty($"""
            docs/conformance.md differs from the tests:
            {string.Join('\n', changes)}
            Write it again, and look at what changed: {Approve}=1 dotnet run --project tests/Cambist.Conformance.Tests -- -class {typeof(ConformancePageTests).FullName}
            """);
        (page == approved).ShouldBeTrue("the page has each line once, in the order of rows.txt");
    }

    [Fact]
    public void Every_id_in_the_name_of_a_test_is_that_of_a_row_or_a_scenario() =>
        Tests.Ids.Except(Sections.SelectMany(section => section.Rows).Select(row => row.Id)).Except(Scenarios.SelectMany(section => section.Scenarios).Select(scenario => scenario.Id))
            .ShouldBeEmpty("neither rows.txt nor scenarios.txt has it");

    [Fact]
    public void Every_core_requirement_has_a_test_or_says_what_it_waits_for() =>
        Sections.Where(section => section.Title != ConformancePage.AbuseCases).SelectMany(section => section.Rows)
            .Where(row => row is { IsCore: true, IsTested: false, WaitsFor: null }).Select(row => row.Id).ShouldBeEmpty();

    [Fact]
    public void Every_abuse_case_is_attacked_but_those_of_proofs_that_are_not_built() =>
        Sections.Single(section => section.Title == ConformancePage.AbuseCases).Rows.Where(row => !row.IsTested).Select(row => row.Id).ShouldBe(["AB-71", "AB-72", "AB-73"]);

    [Fact]
    public void Every_row_is_listed_once() => Sections.SelectMany(section => section.Rows).Select(row => row.Id).ShouldBeUnique();

    [Theory]
    [InlineData("TX_05_actor_token_type_without_actor_token_is_refused", "TX-05")]
    [InlineData("TX_02_TX_03_the_subject_token_and_its_type_are_required", "TX-02 TX-03")]
    [InlineData("JWT_31_every_failure_of_the_token_looks_the_same", "JWT-31")]
    [InlineData("DPOP_01_x", "DPOP-01")]
    [InlineData("S8_the_keys_of_the_issuer_are_chosen", "S8")]
    [InlineData("L3_C8_of_fifty_one_succeeds", "L3 C8")]
    [InlineData("DL_14_L16_it_shows_act", "DL-14 L16")]
    [InlineData("A_trace_of_AB_12_is_no_test_of_it", "")]
    public void Ids_stand_in_front_of_a_name(string method, string ids) => string.Join(' ', NamedTests.IdsOf(method)).ShouldBe(ids);
}
