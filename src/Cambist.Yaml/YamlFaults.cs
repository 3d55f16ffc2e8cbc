using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cambist.Yaml;

/// <summary>Says what to do about text that the YAML parser cannot follow.</summary>
static class YamlFaults
{
    /// <summary>One finding for the parser's exception.</summary>
    /// <param name="exception">What it threw.</param>
    /// <param name="text">The document.</param>
    /// <param name="last">The last event before.</param>
    /// <param name="open">Where the lists and maps begin that are not closed yet.</param>
    public static RegistryFinding Explain(Exception exception, string text, ParsingEvent? last, Stack<DocumentPosition> open)
    {
        var message = exception.Message;
        if (exception is not YamlException fault || Mentions("',' or"))
        {
            var (place, what) = open.TryPeek(out var begun) ? (begun, "the list or map that begins here") : (End(last), "something before this place");
            return DocumentText.Fault(place, $"{what} is not closed, or something in it is not valid YAML; check its brackets, braces, commas and quotes");
        }

        var at = PlaceOf(fault.Start, DocumentText.At(text, text.Length));
        if (Mentions("tab")) return DocumentText.Fault(Tab(text, End(last).Line) ?? at, "a tab stands in the indentation; indent with spaces");
        return DocumentText.Fault(at,
            Mentions("quoted scalar, found unexpected end") ? "the quoted text that begins here never ends; add the closing quote"
            : Mentions("escape") ? "the text in double quotes that begins here holds an escape YAML does not have; use single quotes, or \\\\ for a backslash"
            : Mentions("surrogate") ? "the escapes in this text hold half a surrogate pair; write the character itself"
            : Mentions("cannot start any token") ? "a plain value cannot begin with this character; put the value in quotes"
            : Mentions("found invalid mapping") ? "a plain value cannot hold a colon and a space; put the value in quotes"
            : Mentions("block mapping") || Mentions("expected key") || Mentions("block collection") ? "this line does not fit the lines above it; line it up with the entries it belongs to, and see that each has the form 'key: value'"
            : Mentions("expected ':'") ? "a key without its colon; write 'key: value', and put long text in quotes"
            : Mentions("document end") ? "the document has ended, and something follows it; look for a closing bracket or quote too many"
            : "this is not valid YAML; check the indentation here and that quotes, brackets and braces are closed");

        bool Mentions(string words) => message.Contains(words, StringComparison.Ordinal);
    }

    /// <summary>The place of a mark; at the end of the text the parser counts on, by lines and columns that are not there.</summary>
    public static DocumentPosition PlaceOf(Mark mark, DocumentPosition end) =>
        mark.Line > end.Line || (mark.Line == end.Line && mark.Column > end.Column) ? end : new((int)mark.Line, (int)mark.Column);

    static DocumentPosition End(ParsingEvent? last) => last is null ? new(1, 1) : new((int)last.End.Line, (int)last.End.Column);

    // the parser's own place for this fault is the beginning of the document
    static DocumentPosition? Tab(string text, int fromLine)
    {
        var line = 0;
        foreach (var content in text.AsSpan().EnumerateLines())
        {
            if (++line < fromLine) continue;
            var indentation = content[..(content.Length - content.TrimStart(" \t").Length)];
            if (indentation.IndexOf('\t') is >= 0 and var tab) return new(line, tab + 1);
        }

        return null;
    }
}
