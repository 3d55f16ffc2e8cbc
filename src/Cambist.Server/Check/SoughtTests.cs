namespace Cambist.Server;

/// <summary>Where <c>cambist check</c> looked for policy tests. What was not run is never passed over in silence.</summary>
/// <param name="Folder">The folder; empty for the working folder.</param>
/// <param name="IsNamed">Whether <c>--tests</c> names it; else it is the registry's own.</param>
sealed record SoughtTests(string Folder, bool IsNamed)
{
    /// <summary>Where people often keep them, and nobody looks unasked: a server runs those beside the registry alone.</summary>
    const string Usual = "tests";

    const string Pattern = "*.test.yaml";

    /// <summary>How they went.</summary>
    /// <param name="tests">Null where there are none.</param>
    public IEnumerable<string> Lines(PolicyTestTally? tests)
    {
        if (tests is not null) yield return Went(tests);
        else if (Directory.Exists(Folder.Length == 0 ? "." : Folder)) yield return $"no policy tests ({Pattern} {(IsNamed ? $"in {Folder}" : "beside the registry")})";

        var usual = Path.Combine(Folder, Usual);
        if (!IsNamed && CountIn(usual) is > 0 and var count)
            yield return $"{CheckReport.Counted(count, "file")} of policy tests in {usual} {(count == 1 ? "was" : "were")} not run: add --tests {usual}";
    }

    static int CountIn(string folder)
    {
        try
        {
            return Directory.EnumerateFiles(folder, Pattern).Count(path => !Path.GetFileName(path).StartsWith('.'));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // there is none, or it is nobody's to read
        }
    }

    static string Went(PolicyTestTally tests)
    {
        if (tests.Unread == tests.Files) return $"no policy test was run: {(tests.Files == 1 ? "the file of them" : $"each of the {tests.Files} files of them")} has errors, or the registry has";
        var unread = tests.Unread == 0 ? "" : $"; {CheckReport.Counted(tests.Unread, "file")} of them with errors, not run";
        return $"{CheckReport.Counted(tests.Tests, "policy test")}, {tests.Failed} failed{unread}";
    }
}
