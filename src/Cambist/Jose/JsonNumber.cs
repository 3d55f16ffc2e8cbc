namespace Cambist;

/// <summary>The text of a JSON number, which a reader has found well formed. Exact: never through a floating-point value.</summary>
internal static class JsonNumber
{
    /// <summary>Whether it has a minus sign, as <c>-0</c> has too.</summary>
    public static bool IsNegative(ReadOnlySpan<byte> number) => number[0] == '-';

    /// <summary>Its magnitude without what stands behind the decimal point; false beyond 64 bits.</summary>
    public static bool TryTruncate(ReadOnlySpan<byte> number, out ulong magnitude, out bool isWhole)
    {
        magnitude = 0;
        isWhole = true;
        if (IsNegative(number)) number = number[1..];

        var exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        var exponent = exponentAt < 0 ? 0 : Exponent(number[(exponentAt + 1)..]);
        if (exponentAt >= 0) number = number[..exponentAt];
        var point = number.IndexOf((byte)'.');

        // How many of the digits stand before the point once the exponent has moved it.
        var wholeDigits = (point < 0 ? number.Length : point) + exponent;
        foreach (var character in number)
        {
            if (character == '.') continue;
            var digit = (uint)(character - '0');
            if (wholeDigits-- > 0)
            {
                if (!TryAppend(ref magnitude, digit)) return false;
            }
            else if (digit != 0)
            {
                isWhole = false;
            }
        }

        while (magnitude != 0 && wholeDigits-- > 0)
            if (!TryAppend(ref magnitude, 0)) return false;
        return true;
    }

    static bool TryAppend(ref ulong magnitude, uint digit)
    {
        if (magnitude > (ulong.MaxValue - digit) / 10) return false;
        magnitude = magnitude * 10 + digit;
        return true;
    }

    // Stops growing far beyond any number of digits that is read.
    static long Exponent(ReadOnlySpan<byte> text)
    {
        var isNegative = text[0] == '-';
        if (text[0] is (byte)'-' or (byte)'+') text = text[1..];
        long exponent = 0;
        foreach (var digit in text)
            if (exponent < 1_000_000_000) exponent = exponent * 10 + (digit - '0');
        return isNegative ? -exponent : exponent;
    }
}
