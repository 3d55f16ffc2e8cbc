namespace Cambist.Tests.Keys;

/// <summary>A key store with compare-and-set, and a moment in which another node can be first.</summary>
sealed class InMemoryKeyStore : IKeyStore
{
    public StoredKeys Stored { get; set; } = new(0, []);

    public int Replacements { get; private set; }

    /// <summary>Runs once, just before the next replacement.</summary>
    public Func<Task>? BeforeReplace { get; set; }

    /// <summary>Whether it cannot be reached.</summary>
    public bool IsAway { get; set; }

    /// <summary>How often the keys were read.</summary>
    public int Reads { get; private set; }

    public ValueTask<StoredKeys> ReadAsync(CancellationToken cancellationToken)
    {
        Reads++;
        return new(IsAway ? throw new StoreUnavailableException("The store is away.") : Stored);
    }

    public ValueTask<long> ReadVersionAsync(CancellationToken cancellationToken) => new(IsAway ? throw new StoreUnavailableException("The store is away.") : Stored.Version);

    public async ValueTask<bool> TryReplaceAsync(long expectedVersion, IReadOnlyList<SealedKey> keys, LedgerEntry? entry, CancellationToken cancellationToken)
    {
        if (IsAway) throw new StoreUnavailableException("The store is away.");
        if (BeforeReplace is { } other)
        {
            BeforeReplace = null;
            await other();
        }

        if (expectedVersion != Stored.Version) return false;
        Stored = new(expectedVersion + 1, [.. keys]);
        Replacements++;
        return true;
    }

    public void Change(string keyId, Func<SealedKey, SealedKey?> change) =>
        Stored = new(Stored.Version + 1, [.. Stored.Keys.Select(key => key.KeyId == keyId ? change(key) : key).OfType<SealedKey>()]);
}
