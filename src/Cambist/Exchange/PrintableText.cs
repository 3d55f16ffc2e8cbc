using System.Globalization;
using System.Text;

namespace Cambist;

/// <summary>
/// One line for terminals and consoles: what would end it, colour it, turn it around or hide in it is written as an escape. Claims of a
/// verified token are still text that somebody else chose.
/// </summary>
static class PrintableText
{
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var printable = new StringBuilder(text.Length + 16);
        for (int i = 0, length; i < text.Length; i += length)
        {
            length = char.IsSurrogatePair(text, i) ? 2 : 1;
            if (IsPrintable(text, i)) printable.Append(text, i, length);
            else foreach (var unit in text.AsSpan(i, length)) printable.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
        }

        return printable.ToString();
    }

    static bool IsPrintable(string text, int at) => !IsTag(text, at) && CharUnicodeInfo.GetUnicodeCategory(text, at) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);

    /// <summary>U+E0000 to U+E007F spell ASCII that nobody sees; not all of them are assigned.</summary>
    static bool IsTag(string text, int at) => text[at] == '\udb40' && at + 1 < text.Length && text[at + 1] is >= '\udc00' and <= '\udc7f';
}
