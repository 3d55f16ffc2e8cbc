namespace Cambist;

/// <summary>What a one-time key stands for; decides the error when it was used before.</summary>
public enum OneTimeKeyKind
{
    /// <summary>An impersonation token.</summary>
    ImpersonationToken = 1,

    /// <summary>The <c>jti</c> of a client assertion (RFC 7523 §3).</summary>
    ClientAssertion = 2,

    /// <summary>The <c>jti</c> of a DPoP proof (RFC 9449 §11.1).</summary>
    DpopProof = 3,

    /// <summary>A subject token under a rule with <c>once: true</c>.</summary>
    Once = 4,

    /// <summary>A refresh token, which is rotated at each use.</summary>
    RefreshToken = 5,
}

/// <summary>A key that can be consumed once, by the entry that commits first.</summary>
/// <param name="Kind">What it stands for; part of the key.</param>
/// <param name="Key">SHA-256 of what identifies it, under the client or key it belongs to, so that nobody can burn another's. 32 bytes.</param>
/// <param name="KeepUntil">The last instant at which its use would be acceptable, in milliseconds since 1970; kept 5 minutes longer.</param>
public sealed record OneTimeKey(OneTimeKeyKind Kind, ReadOnlyMemory<byte> Key, long KeepUntil);
