namespace Cambist;

/// <summary>Kinds of token whose state is in the store.</summary>
public enum StoredTokenKind
{
    /// <summary>An opaque access token (<c>cbt_</c>).</summary>
    AccessToken = 1,

    /// <summary>A refresh token (<c>cbr_</c>).</summary>
    RefreshToken = 2,

    /// <summary>An impersonation token (<c>sub_</c>).</summary>
    ImpersonationToken = 3,
}

/// <summary>A token that is looked up rather than verified. The token itself is never stored, only its hash.</summary>
/// <param name="Hash">SHA-256 of the whole token text. 32 bytes.</param>
/// <param name="Kind">Which kind it is.</param>
/// <param name="Id">Its lineage id, by which it is listed, cancelled and revoked.</param>
/// <param name="ExpiresAt">Milliseconds since 1970.</param>
/// <param name="Content">Its claims as a JSON object, UTF-8.</param>
public sealed record StoredToken(ReadOnlyMemory<byte> Hash, StoredTokenKind Kind, string Id, long ExpiresAt, ReadOnlyMemory<byte> Content);
