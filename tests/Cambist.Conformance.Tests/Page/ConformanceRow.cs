using System.Text.RegularExpressions;

namespace Cambist.Conformance.Tests.Page;

/// <summary>A requirement, or an abuse case.</summary>
/// <param name="Id">Its id.</param>
/// <param name="IsCore">Whether it belongs to the core.</param>
/// <param name="Level">How binding it is, in the standard's word.</param>
/// <param name="Title">What is required.</param>
/// <param name="WaitsFor">What must be built before it can be tested; null where nothing is named.</param>
/// <param name="Lacks">What must be built before its tests are complete; null where they are.</param>
/// <param name="Tests">The test methods that bear its id.</param>
sealed partial record ConformanceRow(string Id, bool IsCore, string Level, string Title, string? WaitsFor, string? Lacks, IReadOnlyList<string> Tests)
{
    public bool IsTested => Tests.Count > 0;

    /// <summary>A line of rows.txt.</summary>
    public static ConformanceRow Parse(string line, NamedTests tests)
    {
        var match = Line().Match(line);
        if (!match.Success) throw new FormatException($"rows.txt: '{line}' is no row");
        string? Remark(string kind) => match.Groups["kind"].Value == kind ? match.Groups["what"].Value : null;
        var id = match.Groups["id"].Value;
        return new(id, match.Groups["r"].Value == "C", match.Groups["level"].Value, match.Groups["title"].Value, Remark("waits"), Remark("part"), tests.Of(id));
    }

    [GeneratedRegex("^(?<id>[A-Z]+-[0-9]{2}) (?<r>[CA]) (?<level>[A-Z/†-]+) (?<title>.+?)( // (?<kind>waits|part): (?<what>.+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}

/// <summary>Rows under one heading.</summary>
sealed record ConformanceSection(string Title, IReadOnlyList<ConformanceRow> Rows)
{
    /// <summary>The sections of rows.txt, each row with its tests.</summary>
    public static IReadOnlyList<ConformanceSection> ReadAll(NamedTests tests)
    {
        using var text = new StreamReader(typeof(ConformanceSection).Assembly.GetManifestResourceStream("rows.txt")!);
        var sections = new List<(string Title, List<ConformanceRow> Rows)>();
        while (text.ReadLine() is { } line)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) sections.Add((line[3..], []));
            else if (line.Length > 0 && line[0] != '#') sections[^1].Rows.Add(ConformanceRow.Parse(line, tests));
        }

        return [.. sections.Select(section => new ConformanceSection(section.Title, section.Rows))];
    }
}
