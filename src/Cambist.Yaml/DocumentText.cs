using System.Text;

namespace Cambist.Yaml;

/// <summary>Judges the bare text of a document before it is parsed.</summary>
static class DocumentText
{
    /// <summary>What is said of a document that is not read.</summary>
    public const string TooLarge = "the document is larger than 4 MiB; move long lists of values into claims, or split the deployment";

    /// <summary>What keeps the text from being parsed at all, or null.</summary>
    public static RegistryFinding? FirstFault(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > RegistryDocument.MaxBytes)
            return Fault(new(1, 1), TooLarge);

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsSurrogatePair(text, i)) return Fault(At(text, i), "half a surrogate pair stands here; save the file as UTF-8");
                i++;
            }
            else if (!IsPrintable(text[i]))
            {
                return Fault(At(text, i), $"the invisible character U+{(int)text[i]:X4} stands here, and what is reviewed could be another text than what counts; delete it");
            }
        }

        return null;
    }

    /// <summary>The place of a character.</summary>
    public static DocumentPosition At(string text, int index)
    {
        var before = text.AsSpan(0, index);
        return new(before.Count('\n') + 1, index - before.LastIndexOf('\n'));
    }

    /// <summary>A finding about the document as a whole.</summary>
    public static RegistryFinding Fault(DocumentPosition position, string message) => new(FindingSeverity.Error, position, "document", message);

    // YAML 1.2 §5.1, less what parsers or eyes disagree about: NUL ends the document for the parser used here, NEL and the
    // separators of Unicode end a line in YAML 1.1 alone, and what turns the direction of writing hides text from reviewers
    static bool IsPrintable(char c) =>
        c is '\t' or '\n' or '\r' or (>= ' ' and <= '~')
        || (c >= '\xA0' && c is not ('\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\uFEFF' or '\uFFFE' or '\uFFFF'));
}
