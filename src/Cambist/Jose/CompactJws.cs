using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cambist;

/// <summary>
/// A JWS in compact form (RFC 7515 §7.1), read strictly and not yet verified: three canonical base64url parts, header and
/// payload as <see cref="Claims"/>, no <c>crit</c>, no <c>b64</c>. What needs no key can be judged from it; the claims are a stranger's until
/// <see cref="IsSignedBy"/> said yes.
/// </summary>
sealed class CompactJws : JwtContent
{
    /// <summary>The longest token that is read: 16 KiB.</summary>
    public const int MaxLength = 16 * 1024;

    readonly ReadOnlyMemory<byte> _signature;

    CompactJws(JwsText text, Claims header, JoseHeader read, Claims payload) : base(read, payload) =>
        (SigningInput, _signature, Header) = (text.SigningInput, text.Signature, header);

    /// <summary>Reads a token.</summary>
    public static bool TryParse(string token, [NotNullWhen(true)] out CompactJws? jws, out JwsFault fault) =>
        TryParse(Encoding.UTF8.GetBytes(token), out jws, out fault);

    /// <summary>Reads a token from its ASCII bytes, which are kept, not copied: they must not change as long as this is used. <see cref="JwtContent.Payload"/> has bytes of its own.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> token, [NotNullWhen(true)] out CompactJws? jws, out JwsFault fault)
    {
        jws = null;
        fault = JwsText.TryCut(token, out var text);
        if (fault != JwsFault.None) return false;

        fault = JwsFault.NotCompact;
        if (CanonicalBase64Url.Decode(text.Payload.Span) is not { } payloadJson || !JwsSignature.IsCanonical(text.Signature.Span)) return false;

        fault = KnownHeaders.TryRead(text.Header.Span, out var claims, out var header);
        if (fault != JwsFault.None) return false;

        fault = JwsFault.NotClaims;
        if (!Claims.TryParse(payloadJson, out var payload, out _)) return false;

        fault = JwsFault.None;
        jws = new CompactJws(text, claims, header, payload);
        return true;
    }

    /// <summary>The header.</summary>
    public Claims Header { get; }

    /// <summary>The signed bytes: header and payload with the dot between.</summary>
    public ReadOnlyMemory<byte> SigningInput { get; }

    /// <summary>Whether this key signed it, by exactly the header's algorithm, which must fit the key.</summary>
    public bool IsSignedBy(VerificationKey key) => Algorithm is not null && JwsSignature.IsOf(_signature.Span, key, Algorithm, SigningInput.Span);
}

/// <summary>Why text is not read as a <see cref="CompactJws"/>.</summary>
enum JwsFault
{
    /// <summary>It was read.</summary>
    None,

    /// <summary>More than <see cref="CompactJws.MaxLength"/>.</summary>
    TooLong,

    /// <summary>Not three parts of base64url, or not canonical; header and signature must not be empty.</summary>
    NotCompact,

    /// <summary>Header or payload is no strict JSON object.</summary>
    NotClaims,

    /// <summary><c>alg</c>, <c>kid</c>, <c>typ</c> or <c>cty</c> of the wrong type or length.</summary>
    HeaderMalformed,

    /// <summary><c>crit</c> or <c>b64</c> is present (RFC 7515 §4.1.11, RFC 7797 §7).</summary>
    CriticalExtension,

    /// <summary>A token within a token (<c>cty</c>, RFC 7519 §5.2), or members of an encrypted or compressed one (<c>enc</c>, <c>zip</c>; RFC 7516 §4.1).</summary>
    NestedOrEncrypted,
}
