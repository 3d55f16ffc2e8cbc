using System.Globalization;
using System.Text;

namespace Cambist;

/// <summary>
/// One line for terminals and consoles: what would end it, colour it or turn it around is written as an escape. Claims of a
/// verified token are still text that somebody else chose.
/// </summary>
static class PrintableText
{
    public static string Of(string text)
    {
        if (!text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var printable = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            if (IsPrintable(c)) printable.Append(c);
            else printable.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return printable.ToString();
    }

    static bool IsPrintable(char c) => char.GetUnicodeCategory(c) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
