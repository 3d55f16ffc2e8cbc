namespace Cambist;

/// <summary>The three parts of a compact JWS (RFC 7515 §7.1) where they lie in a token, still encoded.</summary>
/// <param name="SigningInput">Header and payload with the dot between: what is signed.</param>
/// <param name="Header">Never empty.</param>
/// <param name="Payload">May be empty.</param>
/// <param name="Signature">Never empty.</param>
internal readonly record struct JwsText(
    ReadOnlyMemory<byte> SigningInput, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Signature)
{
    /// <summary>Cuts a token, whose bytes the parts go on using.</summary>
    public static JwsFault TryCut(ReadOnlyMemory<byte> token, out JwsText parts)
    {
        parts = default;
        if (token.Length > CompactJws.MaxLength) return JwsFault.TooLong;
        var firstDot = token.Span.IndexOf((byte)'.');
        var lastDot = token.Span.LastIndexOf((byte)'.');

        // A dot between these two is no base64url, so that more than three parts fail where they are decoded.
        if (firstDot <= 0 || lastDot == firstDot || lastDot == token.Length - 1) return JwsFault.NotCompact;
        parts = new(token[..lastDot], token[..firstDot], token[(firstDot + 1)..lastDot], token[(lastDot + 1)..]);
        return JwsFault.None;
    }
}
