using System.Collections.Immutable;

namespace Cambist;

/// <summary>One look over a registry without errors: what the checks read, and where they report.</summary>
sealed class LintRun(RegistryDraft draft, Registry registry)
{
    readonly HashSet<DocumentPosition> _spots = [];
    ImmutableArray<WhereSite>? _wheres;
    RuleIndex? _rules;
    int _patternsLeft = 1_000_000;

    public RegistryDraft Draft => draft;

    public Registry Registry => registry;

    /// <summary>Every <c>where</c> that is written.</summary>
    public ImmutableArray<WhereSite> Wheres => _wheres ??= [.. WhereSite.All(draft)];

    /// <summary>The rules that decide, in document order.</summary>
    public IEnumerable<RuleDraft> Rules => draft.Rules.Where(rule => !rule.Rule.IsShadow);

    /// <summary>The rules that decide, by what could cover another.</summary>
    public RuleIndex Index => _rules ??= new(this);

    /// <summary>
    /// The patterns of a condition. A list is looked through wherever it is named, so there is a limit, past which nothing is found:
    /// a warning less, and a registry of any size compiles while the server that reloads it has other things to do.
    /// </summary>
    public IEnumerable<WrittenPattern> Patterns(Condition condition) => WrittenPattern.In(condition).TakeWhile(_ => _patternsLeft-- > 0);

    /// <summary>Warns, unless something was said of this very spot already.</summary>
    public void Warn(string check, NodeReader nodes, DocumentPosition position, string path, string message)
    {
        if (_spots.Add(position)) nodes.Warning(position, path, message, check);
    }

    /// <summary>Warns at a node of the document, which reports go by.</summary>
    public void Warn(string check, DocumentPosition position, string path, string message) =>
        Warn(check, NodeReader.ByPath(draft.Findings), position, path, message);

    /// <summary>The entry of a top-level map by its key.</summary>
    public DocumentEntry? Entry(string section, string key) =>
        ((draft.Source.Document as DocumentMap)?.Member(section) as DocumentMap)?.Entries.FirstOrDefault(entry => entry.Key == key);
}
