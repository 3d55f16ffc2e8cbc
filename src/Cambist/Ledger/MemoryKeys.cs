namespace Cambist;

sealed class MemoryKeys : IKeyStore
{
    StoredKeys _keys = new(0, []);

    public ValueTask<StoredKeys> ReadAsync(CancellationToken cancellationToken) => new(Volatile.Read(ref _keys));

    public ValueTask<bool> TryReplaceAsync(long expectedVersion, IReadOnlyList<SealedKey> keys, CancellationToken cancellationToken)
    {
        var current = Volatile.Read(ref _keys);
        var replaced = current.Version == expectedVersion
            && Interlocked.CompareExchange(ref _keys, new(expectedVersion + 1, [.. keys]), current) == current;
        return new(replaced);
    }
}
