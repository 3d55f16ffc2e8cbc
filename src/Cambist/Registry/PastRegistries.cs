namespace Cambist;

/// <summary>The same document's loaders; each is asked by one thread at a time.</summary>
/// <param name="InForce">Looks each second for a new document.</param>
/// <param name="Past">Compiles revisions that are no longer in force.</param>
sealed record RegistryLoaders(IRegistryLoader InForce, IRegistryLoader Past);

/// <summary>
/// The registries that decided what is on record, compiled of the texts that the store has kept, with the files they name as those are now.
/// The last few are kept: whoever reads a ledger reads many entries of one revision.
/// </summary>
sealed class PastRegistries(IRegistryLoader loader, ActiveRegistry active, IRegistryStore store)
{
    const int Most = 4;

    readonly Lock _turn = new();
    readonly List<Registry> _compiled = [];

    /// <summary>A revision; null where its text is not kept, or cannot be used with the files of now.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<Registry?> FindAsync(string revision, CancellationToken cancellationToken)
    {
        if (active.Current is { } current && current.Revision == revision) return current;
        return Known(revision) ?? (await store.FindAsync(revision, cancellationToken) is { } kept ? Compile(kept) : null);
    }

    Registry? Known(string revision)
    {
        lock (_turn) return _compiled.Find(registry => registry.Revision == revision);
    }

    Registry? Compile(RegistryRevision kept)
    {
        lock (_turn)
        {
            if (loader.Compile("@" + kept.Revision, kept.Text).Compilation.Registry is not { } registry) return null;
            if (_compiled.Count == Most) _compiled.RemoveAt(0);
            _compiled.Add(registry);
            return registry;
        }
    }
}
