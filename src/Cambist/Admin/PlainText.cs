using System.Globalization;
using System.Text;

namespace Cambist;

/// <summary>
/// Text that an administrator gives and others read later: in a ledger entry, a token, a console. It reads as it is, for what cannot be
/// seen, or turns its surroundings around, makes one name look like another.
/// </summary>
static class PlainText
{
    public static string MustBe(int longest) => $"must be a string of 1 to {longest} characters, all visible, without white space at its beginning or end";

    public static bool Is(string text, int longest)
    {
        if (text.Length == 0 || text.Length > longest || char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])) return false;
        for (var i = 0; i < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || IsInvisible(rune)) return false;
            i += rune.Utf16SequenceLength;
        }

        return true;
    }

    // Beside what its category tells: letters and marks that show nothing (Unicode's Default_Ignorable_Code_Point).
    static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or (>= 0x180B and <= 0x180F) or 0x2800 or 0x3164 or (>= 0xFE00 and <= 0xFE0F) or 0xFFA0 or (>= 0xE0000 and <= 0xE0FFF);
}
