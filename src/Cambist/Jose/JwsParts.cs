using System.Buffers;
using System.Text;

namespace Cambist;

/// <summary>The three parts of a compact JWS (RFC 7515 §7.1), decoded. Says nothing about what they mean.</summary>
/// <param name="SigningInput">Header and payload as sent, with the dot between: what is signed.</param>
/// <param name="Header">Never empty.</param>
/// <param name="Payload">May be empty.</param>
/// <param name="Signature">Never empty.</param>
internal readonly record struct JwsParts(
    ReadOnlyMemory<byte> SigningInput, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Cuts a token.</summary>
    public static JwsFault TryCut(string token, out JwsParts parts)
    {
        parts = default;
        if (token.Length > CompactJws.MaxLength) return JwsFault.TooLong;

        // One buffer holds the token's bytes and, behind them, all that is decoded.
        var buffer = new byte[token.Length + CanonicalBase64Url.DecodedLength(token.Length)];
        if (Ascii.FromUtf16(token, buffer, out _) != OperationStatus.Done) return JwsFault.NotCompact;
        return Cut(buffer.AsMemory(0, token.Length), buffer.AsMemory(token.Length), out parts);
    }

    /// <summary>Cuts a token, whose bytes the parts go on using.</summary>
    public static JwsFault TryCut(ReadOnlyMemory<byte> token, out JwsParts parts)
    {
        parts = default;
        return token.Length > CompactJws.MaxLength
            ? JwsFault.TooLong
            : Cut(token, new byte[CanonicalBase64Url.DecodedLength(token.Length)], out parts);
    }

    static JwsFault Cut(ReadOnlyMemory<byte> token, Memory<byte> decoded, out JwsParts parts)
    {
        parts = default;
        var text = token.Span;
        var firstDot = text.IndexOf((byte)'.');
        var lastDot = text.LastIndexOf((byte)'.');

        // A dot between these two is no base64url, so that more than three parts fail below.
        if (firstDot <= 0 || lastDot == firstDot || lastDot == text.Length - 1) return JwsFault.NotCompact;

        if (!TryDecode(text[..firstDot], ref decoded, out var header)
            || !TryDecode(text[(firstDot + 1)..lastDot], ref decoded, out var payload)
            || !TryDecode(text[(lastDot + 1)..], ref decoded, out var signature)) return JwsFault.NotCompact;

        parts = new JwsParts(token[..lastDot], header, payload, signature);
        return JwsFault.None;
    }

    static bool TryDecode(ReadOnlySpan<byte> text, ref Memory<byte> free, out ReadOnlyMemory<byte> decoded)
    {
        var length = CanonicalBase64Url.DecodedLength(text.Length);
        decoded = free[..length];
        if (!CanonicalBase64Url.TryDecode(text, free.Span[..length])) return false;
        free = free[length..];
        return true;
    }
}
