namespace Cambist;

/// <summary>The five ports of one opened store, and its clock. Disposing it closes the store after what is queued has been written.</summary>
/// <param name="Ledger">The record of decisions.</param>
/// <param name="Tokens">Tokens that are looked up.</param>
/// <param name="Keys">Our keys.</param>
/// <param name="Decisions">Reads the ledger.</param>
/// <param name="Registries">Revisions of the registry.</param>
/// <param name="Clock">
/// What all nodes of the store go by, whatever their own clocks say: everything that is judged, dated, issued or put into the store is so by
/// this one. The machine's where the store has a single node.
/// </param>
/// <param name="Lifetime">Closes it.</param>
public sealed record Store(ILedger Ledger, ITokenStore Tokens, IKeyStore Keys, IDecisionLog Decisions, IRegistryStore Registries, TimeProvider Clock, IAsyncDisposable Lifetime) : IAsyncDisposable
{
    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Lifetime.DisposeAsync();
}
