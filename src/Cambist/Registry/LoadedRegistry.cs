using System.Collections.Immutable;

namespace Cambist;

/// <summary>A registry document that was read and compiled.</summary>
/// <param name="FileName">What to call it in messages.</param>
/// <param name="Text">Its text.</param>
/// <param name="Compilation">What became of it.</param>
/// <param name="Files">Absolute paths of the files it names, there or not.</param>
/// <param name="Fingerprint">
/// Equal for two that were made of the same bytes, those of the named files included. Secrets may be among them: never show it.
/// </param>
public sealed record LoadedRegistry(string FileName, string Text, RegistryCompilation Compilation, ImmutableArray<string> Files, string Fingerprint)
{
    /// <summary>How the policy tests beside it went; null where there are none. A registry whose tests fail is not usable.</summary>
    public PolicyTestTally? PolicyTests { get; init; }

    /// <summary>What keeps it from loading, a line each.</summary>
    internal ImmutableArray<string> Errors => Said(FindingSeverity.Error);

    /// <summary>What somebody should look at, a line each.</summary>
    internal ImmutableArray<string> Warnings => Said(FindingSeverity.Warning);

    ImmutableArray<string> Said(FindingSeverity severity) =>
        [.. Compilation.Findings.Where(finding => finding.Severity == severity).Select(finding => finding.In(FileName))];

    /// <summary>Keeps texts and fingerprints out of logs.</summary>
    public override string ToString() => FileName;
}

/// <summary>How the policy tests beside a registry went.</summary>
/// <param name="Files">How many files of tests there are.</param>
/// <param name="Unread">How many of them have errors of their own, and were not run.</param>
/// <param name="Tests">How many tests were run: none where the registry itself has errors.</param>
/// <param name="Failed">How many of them failed.</param>
public sealed record PolicyTestTally(int Files, int Unread, int Tests, int Failed);

/// <summary>A registry that cannot be used; the message holds every error, one a line.</summary>
public sealed class RegistryException : Exception
{
    /// <summary>A document that cannot be used.</summary>
    public RegistryException(LoadedRegistry registry)
        : this(registry, []) { }

    internal RegistryException(LoadedRegistry registry, IEnumerable<string> more)
        : base(string.Join(Environment.NewLine, registry.Errors.Concat(more))) => Registry = registry;

    /// <summary>What was loaded.</summary>
    public LoadedRegistry Registry { get; }
}
