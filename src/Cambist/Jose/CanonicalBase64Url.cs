using System.Buffers;
using System.Buffers.Text;

namespace Cambist;

/// <summary>
/// Base64url without padding (RFC 7515 §2), read so that each byte string has one spelling: no padding, white space or
/// other characters, and unused bits are zero.
/// </summary>
internal static class CanonicalBase64Url
{
    static readonly SearchValues<byte> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    public static int DecodedLength(int length) => length / 4 * 3 + (length % 4 is 0 ? 0 : length % 4 - 1);

    /// <summary>Decodes into <paramref name="decoded"/>, which must have exactly <see cref="DecodedLength"/>.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, Span<byte> decoded) =>
        text.Length % 4 != 1
        && !text.ContainsAnyExcept(Alphabet)
        && UnusedBitsAreZero(text)
        && Base64Url.DecodeFromUtf8(text, decoded, out _, out var written) == OperationStatus.Done
        && written == decoded.Length;

    /// <summary>Decodes; null where the text is not canonical.</summary>
    public static byte[]? Decode(ReadOnlySpan<byte> text)
    {
        var decoded = new byte[DecodedLength(text.Length)];
        return TryDecode(text, decoded) ? decoded : null;
    }

    static bool UnusedBitsAreZero(ReadOnlySpan<byte> text) => (text.Length % 4) switch
    {
        2 => text[^1] is (byte)'A' or (byte)'Q' or (byte)'g' or (byte)'w', // the last four bits
        3 => "AEIMQUYcgkosw048"u8.Contains(text[^1]), // the last two
        _ => true,
    };
}
