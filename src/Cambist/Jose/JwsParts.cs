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
        var fault = JwsText.TryCut(Encoding.UTF8.GetBytes(token), out var text);
        if (fault != JwsFault.None) return fault;
        if (CanonicalBase64Url.Decode(text.Header.Span) is not { } header
            || CanonicalBase64Url.Decode(text.Payload.Span) is not { } payload
            || CanonicalBase64Url.Decode(text.Signature.Span) is not { } signature) return JwsFault.NotCompact;
        parts = new(text.SigningInput, header, payload, signature);
        return JwsFault.None;
    }
}
