namespace Cambist;

/// <summary>Signing keys and the lineage key, sealed.</summary>
public interface IKeyStore
{
    /// <summary>All keys, with the version to give to <see cref="TryReplaceAsync"/>.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    ValueTask<StoredKeys> ReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Replaces all keys if nobody else has since <paramref name="expectedVersion"/> was read; how one node of several rotates.
    /// </summary>
    /// <returns>False if another node was first: read again.</returns>
    ValueTask<bool> TryReplaceAsync(long expectedVersion, IReadOnlyList<SealedKey> keys, CancellationToken cancellationToken);
}

/// <summary>The keys of a store at one version.</summary>
/// <param name="Version">Zero for a new store; rises with each replacement.</param>
/// <param name="Keys">In the order in which they were stored.</param>
public sealed record StoredKeys(long Version, IReadOnlyList<SealedKey> Keys);

/// <summary>What a stored key is for.</summary>
public enum StoredKeyUse
{
    /// <summary>Signs our tokens.</summary>
    Signing = 1,

    /// <summary>Derives the lineage root of an external token. Never rotated: what is revoked must stay recognisable.</summary>
    Lineage = 2,
}

/// <summary>A private key at rest.</summary>
/// <param name="KeyId">Its <c>kid</c>; the associated data of the seal.</param>
/// <param name="Use">What it is for.</param>
/// <param name="Algorithm">JWS algorithm of a signing key, such as <c>ES256</c>; <c>HS256</c> for the lineage key.</param>
/// <param name="CreatedAt">Milliseconds since 1970.</param>
/// <param name="SignsFrom">When it starts to sign; published from its creation.</param>
/// <param name="SignsUntil">When another takes over, or null.</param>
/// <param name="RevokedAt">When it was revoked, or null.</param>
/// <param name="Sealed">The private key, sealed (AES-256-GCM).</param>
public sealed record SealedKey(
    string KeyId, StoredKeyUse Use, string Algorithm, long CreatedAt, long SignsFrom, long? SignsUntil, long? RevokedAt, ReadOnlyMemory<byte> Sealed);
