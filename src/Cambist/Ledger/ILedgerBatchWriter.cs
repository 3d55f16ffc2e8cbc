namespace Cambist;

/// <summary>What a store does with the entries that <see cref="GroupCommit"/> collects. Called by one thread at a time.</summary>
public interface ILedgerBatchWriter
{
    /// <summary>
    /// Records a batch in one transaction and sets <see cref="PendingEntry.Result"/> of each of its entries. An entry that
    /// is refused (a used key, a revocation) leaves nothing behind and does not touch the others.
    /// </summary>
    /// <param name="batch">At least one entry, in the order in which they came.</param>
    /// <param name="ids">
    /// Gives the ids. Taken inside the transaction, so that an id is newer than all that the store holds by then.
    /// </param>
    /// <exception cref="StoreUnavailableException">The store cannot be written now. The batch is not tried again; it may be recorded.</exception>
    /// <exception cref="Exception">Any other means that an entry's data was refused and nothing of the batch is recorded: halves of it are tried.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<PendingEntry> batch, DecisionIdSequence ids);
}
