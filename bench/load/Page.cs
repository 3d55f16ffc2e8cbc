using System.Text.RegularExpressions;

namespace Cambist.LoadBench;

/// <summary>docs/benchmarks.md: what stands between the marks of a name is measured, all else is written by hand and stays.</summary>
static partial class Page
{
    public static void Write(IReadOnlyList<(string Name, string Text)> sections)
    {
        var page = File.ReadAllText(Folders.Page);
        var texts = sections.ToDictionary(section => section.Name, section => section.Text);
        var found = new HashSet<string>();
        var written = Measured().Replace(page, match =>
        {
            var name = match.Groups["name"].Value;
            found.Add(name);
            return texts.TryGetValue(name, out var text) ? $"<!-- measured: {name} -->\n{text.TrimEnd()}\n<!-- end -->" : throw new BenchException($"{Folders.Page} has a place for '{name}', which was not measured.");
        });
        if (texts.Keys.FirstOrDefault(name => !found.Contains(name)) is { } missing) throw new BenchException($"{Folders.Page} has no place for '{missing}'.");
        File.WriteAllText(Folders.Page, written);
    }

    [GeneratedRegex("<!-- measured: (?<name>[a-z-]+) -->\n.*?<!-- end -->", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Measured();
}
