using System.Buffers.Text;

namespace Cambist;

/// <summary>The text between the quotes of a JSON string, which a reader has found well formed.</summary>
internal static class EscapedText
{
    /// <summary>Whether every <c>\u</c> escape of a surrogate stands in a pair, high one first (RFC 8259 §7).</summary>
    public static bool HasPairedSurrogates(ReadOnlySpan<byte> text)
    {
        for (var i = text.IndexOf((byte)'\\'); i < text.Length && i >= 0;)
        {
            if (text[i] != '\\') i++;
            else if (text[i + 1] != 'u') i += 2;
            else
            {
                var unit = Unit(text[i..]);
                i += 6;
                if (!char.IsSurrogate(unit)) continue;
                if (!char.IsHighSurrogate(unit) || !text[i..].StartsWith("\\u"u8) || !char.IsLowSurrogate(Unit(text[i..]))) return false;
                i += 6;
            }
        }

        return true;
    }

    static char Unit(ReadOnlySpan<byte> escape) =>
        Utf8Parser.TryParse(escape.Slice(2, 4), out ushort unit, out _, 'x') ? (char)unit : '\0';
}
