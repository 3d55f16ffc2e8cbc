namespace Cambist;

/// <summary>Tokens that are looked up: opaque access tokens, refresh tokens, impersonation tokens.</summary>
public interface ITokenStore
{
    /// <summary>The token with this hash, or null. A redeemed or expired one is still found until it is purged.</summary>
    /// <param name="hash">SHA-256 of the whole token text.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be read now; says nothing about the token.</exception>
    ValueTask<StoredToken?> FindAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellationToken);

    /// <summary>Stores an impersonation token together with the entry that records who minted it and why, in one transaction.</summary>
    ValueTask<CommitResult> MintAsync(StoredToken token, LedgerEntry entry, CancellationToken cancellationToken);

    /// <summary>Impersonation tokens that are neither expired nor cancelled, by id, after <paramref name="afterId"/>.</summary>
    ValueTask<IReadOnlyList<StoredToken>> ListImpersonationTokensAsync(string? afterId, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Cancels an impersonation token together with the entry that records who did: it is no longer found, and its id is
    /// revoked, so that a redemption under way does not commit and what it gave before ends.
    /// </summary>
    /// <returns>False where no unexpired one has this id, or where the entry itself is refused; nothing is recorded then.</returns>
    ValueTask<bool> CancelAsync(string id, LedgerEntry entry, CancellationToken cancellationToken);
}
