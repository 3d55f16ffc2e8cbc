using System.Text;

namespace Cambist.Yaml;

/// <summary>Judges the bare text of a document before it is parsed.</summary>
static class DocumentText
{
    /// <summary>What keeps the text from being parsed at all, or null.</summary>
    public static RegistryFinding? FirstFault(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) > RegistryDocument.MaxBytes)
            return Fault(new(1, 1), "the document is larger than 4 MiB; move long lists of values into claims or split the deployment");

        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                if (!char.IsSurrogatePair(text, i)) return Fault(At(text, i), "half a surrogate pair stands here; save the file as UTF-8");
                i++;
            }
            else if (!IsPrintable(text[i]))
            {
                // NUL would end the document for the YAML parser, and what follows it would silently not count
                return Fault(At(text, i), $"the control character U+{(int)text[i]:X4} stands here; delete it");
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

    // YAML 1.2 §5.1, without the byte order mark, which can only stand in front
    static bool IsPrintable(char c) => c is '\t' or '\n' or '\r' or '\x85' or (>= ' ' and <= '~') or (>= '\xA0' and not ('\uFEFF' or '\uFFFE' or '\uFFFF'));
}
