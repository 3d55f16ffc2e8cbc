namespace Cambist.Protocol;

/// <summary>The <c>application/x-www-form-urlencoded</c> encoding of one name or value, in forms and in Basic credentials (RFC 6749 §2.3.1).</summary>
public static class FormEncoding
{
    /// <summary>Decodes <c>+</c> and <c>%XX</c> in place and shortens the span to what is left; false at a broken escape.</summary>
    public static bool TryDecode(ref Span<byte> text)
    {
        if (text.IndexOfAny((byte)'%', (byte)'+') < 0) return true;
        var length = 0;
        for (var i = 0; i < text.Length; i++, length++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[i + 1]) || !char.IsAsciiHexDigit((char)text[i + 2])) return false;
                text[length] = (byte)((HexValue(text[i + 1]) << 4) | HexValue(text[i + 2]));
                i += 2;
            }
            else
            {
                text[length] = text[i] == '+' ? (byte)' ' : text[i];
            }
        }

        text = text[..length];
        return true;
    }

    static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
