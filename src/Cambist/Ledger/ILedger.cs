namespace Cambist;

/// <summary>
/// The record of every decision, and the one place where single use and revocation are decided. An answer leaves the
/// server only after <see cref="CommitAsync"/> said <see cref="CommitStatus.Committed"/>; by then the entry is on disk.
/// </summary>
public interface ILedger
{
    /// <summary>
    /// Records one decision, with what must happen together with it or not at all: one-time keys are consumed, a token is
    /// stored. The entry fails alone and wholly: a used key or a revocation in its lineage leaves nothing of it behind
    /// (no key spent, no token stored, no entry), and never touches the entries that share its transaction.
    /// </summary>
    /// <param name="entry">The decision; its id is given by the ledger. The memory it refers to must not change afterwards.</param>
    /// <param name="cancellationToken">Gives up waiting; an entry that is already queued is still recorded.</param>
    /// <exception cref="StoreUnavailableException">The store cannot be written now; the entry may or may not be recorded.</exception>
    /// <exception cref="LedgerEntryRejectedException">The store refused the data of this entry, and of this one alone.</exception>
    ValueTask<CommitResult> CommitAsync(LedgerEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Revokes. When this returns, no exchange under the revoked id, subject, client or issuer commits any more, anywhere.
    /// </summary>
    /// <returns>The revocation with its instant: no entry recorded before it is dated later, by its id, and every one recorded after it is.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be written now.</exception>
    ValueTask<Revocation> RevokeAsync(Revocation revocation, CancellationToken cancellationToken);

    /// <summary>Revokes together with the entry that records who did and why: both, or neither.</summary>
    /// <returns>The revocation with its instant by the ledger's clock; null where the entry itself is refused.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be written now.</exception>
    ValueTask<Revocation?> RevokeAsync(Revocation revocation, LedgerEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// The revocation that a token falls under by the instant that its lineage says, or null. Asks the store each time; there is no copy to go stale.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    ValueTask<Revocation?> IsRevokedAsync(TokenLineage lineage, CancellationToken cancellationToken);

    /// <summary>Whether a one-time key was consumed. A key that is not may be a moment later: only an entry that consumes it decides who was first.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    ValueTask<bool> IsUsedAsync(OneTimeKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Removes a little of what has had its time: entries beyond their retention, and one-time keys, stored tokens and revocations
    /// that no longer matter. Called every few seconds; a store that removes with each of its writes needs it only where nothing is written.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written now.</exception>
    ValueTask PurgeAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Whether entries can be written now, as far as it can be told without writing anything; for health, at most once a second.
    /// </summary>
    /// <exception cref="StoreUnavailableException">They cannot.</exception>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}

/// <summary>What became of an entry.</summary>
public enum CommitStatus
{
    /// <summary>The entry is on disk.</summary>
    Committed,

    /// <summary>A one-time key of the entry was used before; nothing was recorded.</summary>
    AlreadyUsed,

    /// <summary>Something in the entry's lineage is revoked; nothing was recorded.</summary>
    Revoked,
}

/// <summary>The ledger's answer to one entry.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Id">The decision's id, where it was committed.</param>
/// <param name="UsedKey">The kind of key that was used before.</param>
/// <param name="Revocation">The revocation it fell under.</param>
public readonly record struct CommitResult(CommitStatus Status, DecisionId Id = default, OneTimeKeyKind? UsedKey = null, Revocation? Revocation = null)
{
    /// <summary>The entry is on disk under this id.</summary>
    public static CommitResult Committed(DecisionId id) => new(CommitStatus.Committed, id);

    /// <summary>A key of this kind was used before.</summary>
    public static CommitResult AlreadyUsed(OneTimeKeyKind kind) => new(CommitStatus.AlreadyUsed, UsedKey: kind);

    /// <summary>The lineage is revoked.</summary>
    public static CommitResult Revoked(Revocation revocation) => new(CommitStatus.Revoked, Revocation: revocation);
}

/// <summary>The store cannot be reached or written now. The edge answers 503 with <c>Retry-After</c>.</summary>
public sealed class StoreUnavailableException : Exception
{
    /// <summary>With a message for the operator and the cause.</summary>
    public StoreUnavailableException(string message, Exception? innerException = null) : base(message, innerException) { }
}

/// <summary>The store refused this entry's data, and this entry alone. A fault of the server: 500.</summary>
public sealed class LedgerEntryRejectedException : Exception
{
    /// <summary>With a message for the operator and the cause.</summary>
    public LedgerEntryRejectedException(string message, Exception? innerException = null) : base(message, innerException) { }
}
