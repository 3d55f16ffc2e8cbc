namespace Cambist;

/// <summary>The five ports of one opened store. Disposing it closes the store after what is queued has been written.</summary>
public sealed record Store(ILedger Ledger, ITokenStore Tokens, IKeyStore Keys, IDecisionLog Decisions, IRegistryStore Registries, IAsyncDisposable Lifetime) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Lifetime.DisposeAsync();
}
