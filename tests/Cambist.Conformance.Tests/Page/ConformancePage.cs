using System.Text;

namespace Cambist.Conformance.Tests.Page;

/// <summary>docs/conformance.md: which requirements are tested, by which tests, and which wait for what.</summary>
static class ConformancePage
{
    public const string AbuseCases = "Abuse cases";

    public static string Write(IReadOnlyList<ConformanceSection> sections, IReadOnlyList<ScenarioSection> scenarios)
    {
        var requirements = sections.Where(section => section.Title != AbuseCases).SelectMany(section => section.Rows).ToArray();
        var abuse = sections.Single(section => section.Title == AbuseCases).Rows;
        var core = requirements.Where(row => row.IsCore).ToArray();
        var page = new StringBuilder().Append($"""
            # Conformance

            Which requirements of the standards, and of our own hardening, are held by tests. A test says with the id in front of its name
            which requirement it is of; all of them talk to the real server over HTTP, and where the two error profiles differ, under both.
            `Cambist.Conformance.Tests` writes this page from the names of its tests and of those in `Cambist.Attack.Tests`, where most abuse cases are, and
            `Cambist.Reliability.Tests`, and compares it on each run; approve a change with

            ```
            CAMBIST_APPROVE_CONFORMANCE=1 dotnet run --project tests/Cambist.Conformance.Tests -- -class {typeof(ConformancePageTests).FullName}
            ```

            | | rows | tested | waiting |
            |---|---|---|---|
            {Count("core requirements", core)}
            {Count("advanced requirements", requirements.Where(row => !row.IsCore))}
            {Count("abuse cases", abuse)}

            MUST, SHOULD and MAY are the standard's own words; † marks hardening of ours where the standards are silent, weaker, or leave a choice.
            The requirements are those of the standards named in the headings, in our words; the standards decide.

            ## What waits

            Core requirements and abuse cases without a test, by what has to be built first.

            {Waiting(requirements.Concat(abuse).Where(row => row is { IsCore: true, IsTested: false }), row => row.WaitsFor ?? row.Lacks ?? "a test")}

            These have tests, which lack a part until it is built. All rows on JWTs go through `subject_token`; through
            `client_assertion` go the abuse cases on JWTs, besides its own rows CA-08 to CA-18.

            {Waiting(requirements.Concat(abuse).Where(row => row is { IsTested: true, Lacks: not null }), row => row.Lacks!)}

            """);

        page.Append("\n## Scenarios\n\nWhat a server like this one is expected to get right, as the [README](../README.md#scenarios) lists it.\n").Append(ScenarioSection.ForPage(scenarios));
        foreach (var section in sections)
        {
            var rows = section.Rows.Where(row => row.IsTested).ToArray();
            if (rows.Length == 0) continue;
            page.Append($"\n## {section.Title}\n\n| row | level | requirement | tests |\n|---|---|---|---|\n");
            foreach (var row in rows)
                page.Append($"| {row.Id}{(row.IsCore ? "" : " (advanced)")} | {row.Level} | {row.Title} | {string.Join("<br>", row.Tests.Select(test => $"`{test}`"))} |\n");
        }

        page.Append("\n## Advanced requirements without a test\n\nNot planned here, but for those that name what they wait for.\n\n| row | requirement | waits for |\n|---|---|---|\n");
        foreach (var row in requirements.Concat(abuse).Where(row => row is { IsCore: false, IsTested: false }))
            page.Append($"| {row.Id} | {row.Title} | {row.WaitsFor} |\n");
        return page.ToString();
    }

    static string Count(string what, IEnumerable<ConformanceRow> rows) =>
        $"| {what} | {rows.Count()} | {rows.Count(row => row.IsTested)} | {rows.Count(row => !row.IsTested)} |";

    static string Waiting(IEnumerable<ConformanceRow> rows, Func<ConformanceRow, string> reason) =>
        "| waits for | rows |\n|---|---|\n" + string.Join('\n', rows.GroupBy(reason).Select(group => $"| {group.Key} | {string.Join(", ", group.Select(row => row.Id))} |"));
}
