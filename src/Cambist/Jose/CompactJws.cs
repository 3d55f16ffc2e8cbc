using System.Diagnostics.CodeAnalysis;

namespace Cambist;

/// <summary>
/// A JWS in compact form (RFC 7515 §7.1), read strictly and not yet verified: three canonical base64url parts, header and
/// payload as <see cref="Claims"/>, no <c>crit</c>, no <c>b64</c>. What needs no key can be judged from it.
/// </summary>
public sealed class CompactJws
{
    /// <summary>The longest token that is read: 16 KiB.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Reads a token.</summary>
    public static bool TryParse(string token, [NotNullWhen(true)] out CompactJws? jws, out JwsFault fault) => throw new InvalidOperationException();

    /// <summary>The header.</summary>
    public Claims Header => throw new InvalidOperationException();

    /// <summary>The payload. Claims of a stranger until <see cref="IsSignedBy"/> said yes.</summary>
    public Claims Payload => throw new InvalidOperationException();

    /// <summary>The algorithm, where <c>alg</c> is one this server knows; else null.</summary>
    public JwsAlgorithm? Algorithm => throw new InvalidOperationException();

    /// <summary><c>kid</c>, or null where there is none.</summary>
    public string? KeyId => throw new InvalidOperationException();

    /// <summary><c>typ</c> in lower case without <c>application/</c> (RFC 7515 §4.1.9), or null where there is none.</summary>
    public string? Type => throw new InvalidOperationException();

    /// <summary>The signed bytes: header and payload with the dot between.</summary>
    public ReadOnlyMemory<byte> SigningInput => throw new InvalidOperationException();

    /// <summary>Whether this key signed it, by exactly the header's algorithm, which must fit the key.</summary>
    public bool IsSignedBy(VerificationKey key) => throw new InvalidOperationException();
}

/// <summary>Why text is not read as a <see cref="CompactJws"/>.</summary>
public enum JwsFault
{
    /// <summary>It was read.</summary>
    None,

    /// <summary>More than <see cref="CompactJws.MaxLength"/>.</summary>
    TooLong,

    /// <summary>Not three parts of base64url, or not canonical.</summary>
    NotCompact,

    /// <summary>Header or payload is no strict JSON object.</summary>
    NotClaims,

    /// <summary><c>alg</c>, <c>kid</c> or <c>typ</c> of the wrong type or length.</summary>
    HeaderMalformed,

    /// <summary><c>crit</c> or <c>b64</c> is present (RFC 7515 §4.1.11, RFC 7797 §7).</summary>
    CriticalExtension,
}
