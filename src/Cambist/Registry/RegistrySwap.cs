namespace Cambist;

/// <summary>Puts a registry in force: kept by the store first, so that a node which starts on a bad file has it, then swapped.</summary>
sealed class RegistrySwap(ActiveRegistry active, IRegistryStore store, IssuerKeys issuerKeys, TimeProvider clock)
{
    public ActiveRegistry Active => active;

    /// <summary>Swaps. Where this throws, everything is as it was.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written now.</exception>
    public async ValueTask SwapAsync(LoadedRegistry next, CancellationToken cancellationToken)
    {
        await store.SaveActivatedAsync(next.AsActivated(clock), cancellationToken);
        active.Activate(next.Compilation.Registry!, clock.GetUtcNow());
        issuerKeys.Retain(active.Current.Issuers.Values, active.Current.Clients.Values);
    }

    /// <summary>Shows that a document cannot be used, or that none is refused any more.</summary>
    public void Show(LoadedRegistry? refused) => active.Refused = refused?.AsRefused(clock);

    /// <summary>Shows since when the document cannot be read.</summary>
    public void ShowUnread(string fileName, Exception why) => active.Unread ??= RegistryEvents.Unread(fileName, why, clock);

    /// <summary>Shows that it is read again.</summary>
    public void ShowRead() => active.Unread = null;
}
