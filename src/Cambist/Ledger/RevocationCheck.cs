namespace Cambist;

/// <summary>
/// Whether a token is revoked, to the millisecond. A token of ours does not say when the ledger recorded it, for it was signed before: it has a
/// whole second, which is never later. So by that the ledger finds every revocation that covers it, and also one by name that was
/// recorded after that second began and before the token was. Only where one is found is the token's entry looked up, and decides.
/// </summary>
/// <param name="ledger">Finds revocations.</param>
/// <param name="decisions">Has the entries, with the instants that the same clock gave them.</param>
internal sealed class RevocationCheck(ILedger ledger, IDecisionLog decisions)
{
    /// <summary>The revocation that a token falls under now, or null; and the token's lineage, with the ledger's instant where that was needed.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<(Revocation? Revocation, TokenLineage Lineage)> FindAsync(TokenLineage lineage, CancellationToken cancellationToken)
    {
        var found = await ledger.IsRevokedAsync(lineage, cancellationToken);
        if (found is null || await LaterAsync(lineage, found, cancellationToken) is not { } exact) return (found, lineage);
        return (await ledger.IsRevokedAsync(exact, cancellationToken), exact);
    }

    /// <summary>
    /// Commits an entry that was refused for a revocation again, through the same fence, where the token that was found under it is a later one.
    /// </summary>
    /// <returns>What became of it in the end; where it is revoked, the lineage that is.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be used now; the entry may or may not be recorded.</exception>
    public async ValueTask<(CommitResult Result, TokenLineage? Revoked)> CommitAgainAsync(LedgerEntry entry, Revocation revocation, CancellationToken cancellationToken)
    {
        var lineages = entry.DependsOn.ToArray();
        for (var result = CommitResult.Revoked(revocation); ;)
        {
            if (result.Status != CommitStatus.Revoked) return (result, null);
            var place = Array.FindIndex(lineages, lineage => lineage.IsUnder(result.Revocation!));
            if (place < 0) return (result, null);
            if (await LaterAsync(lineages[place], result.Revocation!, cancellationToken) is not { } exact) return (result, lineages[place]);
            lineages[place] = exact;
            result = await ledger.CommitAsync(entry with { DependsOn = [.. lineages] }, cancellationToken);
        }
    }

    /// <summary>
    /// A token of ours with the ledger's instant, where that is later than a revocation by name; null where it is not, and where there is
    /// no entry any more that would show it.
    /// </summary>
    async ValueTask<TokenLineage?> LaterAsync(TokenLineage lineage, Revocation revocation, CancellationToken cancellationToken)
    {
        if (lineage.IsExternal || lineage.IsExact || revocation.Kind == RevocationKind.Lineage) return null;
        var issued = new DecisionFilter { Issued = lineage.RecordedWith, From = revocation.At + 1 };
        return await decisions.PageAsync(issued, default, 1, cancellationToken) is [var entry] ? lineage with { IssuedAt = entry.Id.Milliseconds, IsExact = true } : null;
    }
}
