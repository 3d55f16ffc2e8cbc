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

    readonly Lock _gate = new();
    Task _last = Task.CompletedTask; // one after the other: a large one takes a second, for which no request may hold up a thread
    volatile Registry[] _compiled = [];

    /// <summary>A revision; null where its text is not kept, or cannot be used with the files of now.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<Registry?> FindAsync(string revision, CancellationToken cancellationToken)
    {
        if (active.Current is { } current && current.Revision == revision) return current;
        if (Known(revision) is { } known) return known;
        if (await store.FindAsync(revision, cancellationToken) is not { } kept) return null;
        return await TakeTurnAsync(kept).WaitAsync(cancellationToken);
    }

    Task<Registry?> TakeTurnAsync(RegistryRevision kept)
    {
        lock (_gate)
        {
            var turn = CompileAfterAsync(_last, kept);
            _last = turn;
            return turn;
        }
    }

    async Task<Registry?> CompileAfterAsync(Task before, RegistryRevision kept)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        return Known(kept.Revision) ?? Compile(kept); // somebody may have been first
    }

    Registry? Known(string revision) => Array.Find(_compiled, registry => registry.Revision == revision);

    Registry? Compile(RegistryRevision kept)
    {
        if (loader.Compile("@" + kept.Revision, kept.Text).Compilation.Registry is not { } registry) return null;
        _compiled = [.. _compiled.TakeLast(Most - 1), registry];
        return registry;
    }
}
