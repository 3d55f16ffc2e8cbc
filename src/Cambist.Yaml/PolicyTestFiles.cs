using System.Collections.Immutable;
using System.Text;

namespace Cambist.Yaml;

/// <summary>
/// The files of policy tests in a folder: every <c>*.test.yaml</c> that is not hidden, in ordinal order of their names. They are watched
/// like the registry, so that a changed one is a change of it.
/// </summary>
sealed class PolicyTestFiles(string folder, WatchedFiles watched)
{
    const string Pattern = "*.test.yaml";

    readonly string _folder = Path.GetFullPath(folder.Length == 0 ? "." : folder);

    /// <summary>Runs them. Where one fails, or cannot be read, the registry is not usable: what somebody wrote that it must do it does not.</summary>
    /// <param name="loaded">The registry.</param>
    /// <param name="now">The instant of requests that say none.</param>
    /// <param name="before">What came of the last run: it stands where the registry and every test read the same as then.</param>
    public LoadedRegistry Run(LoadedRegistry loaded, DateTimeOffset now, LoadedRegistry? before = null)
    {
        if (List(out var unlisted) is not { } names) return loaded.Compilation.IsUsable ? Refused(loaded, [Fault(_folder, unlisted!)], null) : loaded;
        names = [.. names.Where(name => Path.Combine(_folder, name) != Path.GetFullPath(loaded.FileName))];
        if (names.Length == 0) return loaded;
        if (loaded.Compilation.Registry is not { } registry) return loaded with { PolicyTests = new(names.Length, names.Length, 0, 0) };

        var findings = ImmutableArray.CreateBuilder<RegistryFinding>();
        var tally = new PolicyTestTally(names.Length, 0, 0, 0);
        var fingerprint = new StringBuilder(loaded.Fingerprint);
        var suites = new List<PolicyTestSuite?>();
        foreach (var path in names.Select(name => Path.Combine(folder, name)))
        {
            suites.Add(Read(path, registry, findings));
            fingerprint.Append(' ').Append(path).Append(' ').Append(watched.HashOf(path));
        }

        if (before?.PolicyTests is { Unread: 0 } && before.Fingerprint == fingerprint.ToString()) return before;
        foreach (var suite in suites)
        {
            if (suite is not { IsUsable: true })
            {
                tally = tally with { Unread = tally.Unread + 1 };
                continue;
            }

            var outcome = suite.Run(now);
            findings.AddRange(outcome.Findings);
            tally = tally with { Tests = tally.Tests + suite.Count, Failed = tally.Failed + outcome.Failed };
        }

        var run = loaded with { PolicyTests = tally, Fingerprint = fingerprint.ToString() };
        return tally is { Unread: 0, Failed: 0 } ? run : Refused(run, findings.ToImmutable(), tally);
    }

    PolicyTestSuite? Read(string path, Registry registry, ImmutableArray<RegistryFinding>.Builder findings)
    {
        string? fault = null;
        var content = watched.Read(path, () => DocumentFile.Read(path, "the file is gone", out fault));
        if (content is null || DocumentFile.TextOf(content, out fault) is not { } text)
        {
            findings.Add(Fault(path, fault!));
            return null;
        }

        var parsed = RegistryDocument.Parse(text, "write tests: [ … ], or delete the file");
        var suite = PolicyTestSuite.Compile(new() { FileName = path, Document = parsed.Document, ParserFindings = parsed.Findings }, registry);
        findings.AddRange(suite.Findings);
        return suite;
    }

    /// <summary>The names of the files; null with what is wrong in words where they cannot be had.</summary>
    string[]? List(out string? fault)
    {
        string? wrong = null;
        var names = watched.Read(_folder, () => Names(out wrong));
        fault = wrong;
        return names is null ? null : Encoding.UTF8.GetString(names).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    byte[]? Names(out string? fault)
    {
        try
        {
            fault = null;
            var names = Directory.EnumerateFiles(_folder, Pattern).Select(path => Path.GetFileName(path)).Where(name => !name.StartsWith('.'));
            return Encoding.UTF8.GetBytes(string.Join('\n', names.Order(StringComparer.Ordinal)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            fault = e is DirectoryNotFoundException ? "there is no such folder of policy tests" : "the folder cannot be listed, and whether there are policy tests in it is not known; see its permissions";
            return null;
        }
    }

    static LoadedRegistry Refused(LoadedRegistry loaded, ImmutableArray<RegistryFinding> findings, PolicyTestTally? tally) =>
        loaded with { Compilation = new(null, [.. loaded.Compilation.Findings, .. findings]), PolicyTests = tally };

    static RegistryFinding Fault(string path, string what) => new(FindingSeverity.Error, default, "tests", what) { FileName = path };
}
