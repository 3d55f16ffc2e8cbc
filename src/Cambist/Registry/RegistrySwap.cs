namespace Cambist;

/// <summary>Puts a registry in force: kept by the store first, so that a node which starts on a bad file has it, then swapped.</summary>
sealed class RegistrySwap(ActiveRegistry active, IRegistryStore store, KeyRing keys, IssuerKeys issuerKeys, TimeProvider clock)
{
    SigningPolicy _signing = active.Current.Signing;

    public ActiveRegistry Active => active;

    /// <summary>Swaps. Where this throws, everything is as it was.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written now.</exception>
    public async ValueTask SwapAsync(LoadedRegistry next, CancellationToken cancellationToken)
    {
        await store.SaveActivatedAsync(next.AsActivated(clock), cancellationToken);
        active.Activate(next.Compilation.Registry!);
        issuerKeys.Retain(active.Current.Issuers.Values);
    }

    /// <summary>
    /// Has the keys follow a changed signing policy. After the swap, and tried again by itself: keys that cannot be made now must
    /// not keep a removed client alive.
    /// </summary>
    public async ValueTask SignAsWrittenAsync(CancellationToken cancellationToken)
    {
        var written = active.Current.Signing;
        if (written == _signing) return;
        await keys.RefreshAsync(written, cancellationToken);
        _signing = written;
    }

    /// <summary>Shows that a document cannot be used, or that none is refused any more.</summary>
    public void Show(LoadedRegistry? refused) => active.Refused = refused?.AsRefused(clock);
}
