namespace Cambist;

sealed class MemoryKeys(ILedger ledger) : IKeyStore
{
    StoredKeys _keys = new(0, []);

    public ValueTask<StoredKeys> ReadAsync(CancellationToken cancellationToken) => new(Volatile.Read(ref _keys));

    public ValueTask<long> ReadVersionAsync(CancellationToken cancellationToken) => new(Volatile.Read(ref _keys).Version);

    public async ValueTask<bool> TryReplaceAsync(long expectedVersion, IReadOnlyList<SealedKey> keys, LedgerEntry? entry, CancellationToken cancellationToken)
    {
        var current = Volatile.Read(ref _keys);
        if (current.Version != expectedVersion || Interlocked.CompareExchange(ref _keys, new(expectedVersion + 1, [.. keys]), current) != current) return false;
        if (entry is not null) await ledger.CommitAsync(entry, cancellationToken);
        return true;
    }
}
