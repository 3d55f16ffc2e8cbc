namespace Cambist;

/// <summary>Signing keys and the lineage key, sealed.</summary>
public interface IKeyStore
{
    /// <summary>All keys, with the version to give to <see cref="TryReplaceAsync"/>.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    ValueTask<StoredKeys> ReadAsync(CancellationToken cancellationToken);

    /// <summary>The version alone: whether there is anything new to read. Cheap enough to be asked each second.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    ValueTask<long> ReadVersionAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Replaces all keys if nobody else has since <paramref name="expectedVersion"/> was read; how one node of several rotates.
    /// </summary>
    /// <param name="expectedVersion">What <see cref="ReadAsync"/> gave.</param>
    /// <param name="keys">All keys from now on.</param>
    /// <param name="entry">Who did it, for the ledger: recorded with the replacement or not at all. Null where nobody did, but the schedule.</param>
    /// <param name="cancellationToken">Gives up waiting; a replacement that is already queued is still made.</param>
    /// <returns>False if another node was first: read again.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be written now.</exception>
    ValueTask<bool> TryReplaceAsync(long expectedVersion, IReadOnlyList<SealedKey> keys, LedgerEntry? entry, CancellationToken cancellationToken);
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
/// <param name="Sealed">The private key, sealed (AES-256-GCM); empty once it was revoked.</param>
public sealed record SealedKey(
    string KeyId, StoredKeyUse Use, string Algorithm, long CreatedAt, long SignsFrom, long? SignsUntil, long? RevokedAt, ReadOnlyMemory<byte> Sealed)
{
    /// <summary>The longest life, in milliseconds, of a token that any registry in force while it signed could have issued under it.</summary>
    public long LongestLife { get; init; }
}
