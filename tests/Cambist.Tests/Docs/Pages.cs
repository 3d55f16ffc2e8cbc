using System.Text.RegularExpressions;
using Cambist.Tests.Architecture;

namespace Cambist.Tests.Docs;

/// <summary>Pages of the documentation, and the samples that they quote.</summary>
static partial class Pages
{
    /// <summary>Where a file or folder of the checkout is.</summary>
    public static string Path(params string[] path) => System.IO.Path.Combine([Checkout.Root, .. path]);

    public static string Text(params string[] path) => File.ReadAllText(Path(path));

    /// <summary>The fenced blocks of a language.</summary>
    public static string[] Blocks(string page, string language) =>
        [.. Fence().Matches(page).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["text"].Value)];

    public static IEnumerable<string> Samples(string folder, string pattern) =>
        Directory.EnumerateFiles(Path("samples", folder), pattern).Order(StringComparer.Ordinal);

    /// <summary>The rows of a page's tables, without heads: each its cells.</summary>
    public static IEnumerable<string[]> Rows(string page) =>
        page.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Trim().Trim('|').Split(" | ").Select(cell => cell.Trim()).ToArray());

    [GeneratedRegex(@"^```(?<language>\w+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Fence();
}
