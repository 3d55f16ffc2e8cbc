using System.Text.RegularExpressions;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Page;

/// <summary>The README's table of scenarios is that of scenarios.txt, and each has a test.</summary>
public sealed partial class ScenarioTests
{
    static readonly IReadOnlyList<ScenarioSection> Sections = ScenarioSection.ReadAll(NamedTests.All);

    [Fact]
    public void Every_scenario_has_a_test() =>
        Sections.SelectMany(section => section.Scenarios).Where(scenario => scenario.Tests.Count == 0).Select(scenario => scenario.Id).ShouldBeEmpty();

    [Fact]
    public void None_is_left_out() => Sections.SelectMany(section => section.Scenarios).Select(scenario => scenario.Id).ShouldBe(
        [.. Numbers('S', 11), .. Numbers('L', 16), .. Numbers('C', 16)]);

    static IEnumerable<string> Numbers(char letter, int last) => Enumerable.Range(1, last).Select(number => $"{letter}{number}");

    [Fact]
    public void The_README_tells_them_all()
    {
        var file = Path.Combine(BuiltServer.Root, "README.md");
        var readme = File.ReadAllText(file);
        var tables = Tables().Match(readme);
        tables.Success.ShouldBeTrue("the README has a section Scenarios with its tables");
        var now = ScenarioSection.ForReadme(Sections);
        if (Environment.GetEnvironmentVariable(ConformancePageTests.Approve) == "1") File.WriteAllText(file, readme = readme.Replace(tables.Value, now, StringComparison.Ordinal));
        Tables().Match(readme).Value.ShouldBe(now, $"Write it again: {ConformancePageTests.Approve}=1 dotnet run --project tests/Cambist.Conformance.Tests -- -class {typeof(ScenarioTests).FullName}");
    }

    [GeneratedRegex(@"(?<=^## Scenarios\n(?:(?!\#\#)[^\n]*\n)*?)\n\*\*(?:(?!\#\#)[^\n]*\n)*(?=\n## )", RegexOptions.Multiline)]
    private static partial Regex Tables();
}
