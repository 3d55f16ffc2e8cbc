using System.Text;

namespace Cambist.Conformance.Tests.Page;

/// <summary>A scenario that a server like this one is expected to get right.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Title">What is sent.</param>
/// <param name="Result">What comes of it.</param>
/// <param name="Tests">The test methods that bear its number.</param>
sealed record Scenario(string Id, string Title, string Result, IReadOnlyList<string> Tests);

/// <summary>Scenarios under one heading.</summary>
sealed record ScenarioSection(string Title, IReadOnlyList<Scenario> Scenarios)
{
    /// <summary>The sections of scenarios.txt, each scenario with its tests.</summary>
    public static IReadOnlyList<ScenarioSection> ReadAll(NamedTests tests)
    {
        using var text = new StreamReader(typeof(ScenarioSection).Assembly.GetManifestResourceStream("scenarios.txt")!);
        var sections = new List<(string Title, List<Scenario> Scenarios)>();
        while (text.ReadLine() is { } line)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) sections.Add((line[3..], []));
            else if (line.Length > 0 && line[0] != '#') sections[^1].Scenarios.Add(line.Split(" | ") is [var id, var title, var result] ? new(id, title, result, tests.Of(id)) : throw new FormatException($"scenarios.txt: '{line}' is no scenario"));
        }

        return [.. sections.Select(section => new ScenarioSection(section.Title, section.Scenarios))];
    }

    /// <summary>What the README says of them.</summary>
    public static string ForReadme(IReadOnlyList<ScenarioSection> sections) => Write(
        sections, "| | sent | comes of it |\n|---|---|---|\n", scenario => $"| {scenario.Id} | {scenario.Title} | {scenario.Result} |\n");

    /// <summary>What docs/conformance.md says of them.</summary>
    public static string ForPage(IReadOnlyList<ScenarioSection> sections) => Write(
        sections, "| | sent | tests |\n|---|---|---|\n", scenario => $"| {scenario.Id} | {scenario.Title} | {string.Join("<br>", scenario.Tests.Select(test => $"`{test}`"))} |\n");

    static string Write(IReadOnlyList<ScenarioSection> sections, string head, Func<Scenario, string> row)
    {
        var text = new StringBuilder();
        foreach (var section in sections)
        {
            text.Append($"\n**{section.Title}**\n\n{head}");
            foreach (var scenario in section.Scenarios) text.Append(row(scenario));
        }

        return text.ToString();
    }
}
