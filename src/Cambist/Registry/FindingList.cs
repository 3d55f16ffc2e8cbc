using System.Collections.Immutable;

namespace Cambist;

/// <summary>Collects findings while a document is compiled.</summary>
sealed class FindingList(ImmutableArray<RegistryFinding> ofParser)
{
    readonly List<RegistryFinding> _found = [.. ofParser];
    int _suggestions = 200;

    /// <summary><see cref="RegistrySource.Vocabulary"/>.</summary>
    public Action<string, IReadOnlyCollection<string>>? Vocabulary { get; init; }

    /// <summary>Whether any finding keeps the registry from loading.</summary>
    public bool HasErrors => Errors > 0;

    /// <summary>How many errors there are: what was read while this grew is not whole, and nothing more is concluded from it.</summary>
    public int Errors { get; private set; } = ofParser.Count(finding => finding.Severity == FindingSeverity.Error);

    /// <summary>Adds an error.</summary>
    public void Error(DocumentPosition position, string subject, string message)
    {
        Errors++;
        _found.Add(new(FindingSeverity.Error, position, subject, message));
    }

    /// <summary>Adds a warning.</summary>
    public void Warning(DocumentPosition position, string subject, string message, string? check = null) =>
        _found.Add(new(FindingSeverity.Warning, position, subject, message) { Check = check });

    /// <summary>The known name that was probably meant, or else all of them where they are few; the end of a message.</summary>
    public string Suggest(string written, IReadOnlyCollection<string> known)
    {
        // comparing with every name costs; a document full of unknown ones must not take minutes to refuse
        var nearest = written.Length <= 64 && _suggestions-- > 0 ? Spelling.Nearest(written, known) : null;
        if (nearest is not null) return $"did you mean {nearest}?";
        return known.Count switch
        {
            0 => "none is declared yet",
            <= 20 => $"known: {string.Join(", ", known)}",
            _ => "look for how it is spelt where it is declared",
        };
    }

    /// <summary>Everything found, in document order.</summary>
    public ImmutableArray<RegistryFinding> InDocumentOrder() =>
        [.. _found.OrderBy(finding => finding.Position.Line).ThenBy(finding => finding.Position.Column)];
}
