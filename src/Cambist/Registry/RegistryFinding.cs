namespace Cambist;

/// <summary>How bad a finding is.</summary>
public enum FindingSeverity
{
    /// <summary>The registry loads; somebody should look.</summary>
    Warning,

    /// <summary>The registry does not load.</summary>
    Error,
}

/// <summary>Something wrong in a registry document, in words that say what to write instead.</summary>
/// <param name="Severity">Whether it keeps the registry from loading.</param>
/// <param name="Position">Where; the default value where it is about the file itself, such as one that is not there.</param>
/// <param name="Subject">What it is about, such as <c>rule orders-calls</c> or a path.</param>
/// <param name="Message">What is wrong, and what to write instead.</param>
public sealed record RegistryFinding(FindingSeverity Severity, DocumentPosition Position, string Subject, string Message)
{
    /// <summary>The lint check that found it, such as <c>shadowed-rule</c>; null for what is no lint. docs/registry.md lists them.</summary>
    public string? Check { get; init; }

    /// <summary>The file it is in, where that is another than the registry's own: one of policy tests.</summary>
    public string? FileName { get; init; }

    /// <summary>One line: <c>cambist.yaml:31:14 rule orders-calls: …</c>, with the lint check in brackets where one found it.</summary>
    /// <param name="fileName">The registry's file.</param>
    public string In(string fileName) => Position == default ? $"{FileName ?? fileName}: {Message}" : $"{FileName ?? fileName}:{this}";

    /// <inheritdoc/>
    public override string ToString() => $"{Position} {Subject}: {Message}{(Check is null ? "" : $" [{Check}]")}";
}
