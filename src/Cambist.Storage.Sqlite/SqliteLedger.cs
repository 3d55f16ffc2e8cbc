namespace Cambist.Storage.Sqlite;

sealed class SqliteLedger(GroupCommit commits, LedgerWriter writer, ReadConnections reads) : ILedger
{
    public ValueTask<CommitResult> CommitAsync(LedgerEntry entry, CancellationToken cancellationToken) => commits.CommitAsync(entry, cancellationToken);

    public ValueTask<Revocation> RevokeAsync(Revocation revocation, CancellationToken cancellationToken) =>
        new(commits.RunAsync(ids => writer.Revoke(revocation, ids), cancellationToken));

    public ValueTask<Revocation?> RevokeAsync(Revocation revocation, LedgerEntry entry, CancellationToken cancellationToken)
    {
        var json = EntryBlock.JsonOf(entry);
        return new(commits.RunAsync(ids => writer.Revoke(revocation, entry, json, ids), cancellationToken));
    }

    public ValueTask<Revocation?> IsRevokedAsync(TokenLineage lineage, CancellationToken cancellationToken) =>
        reads.ReadAsync(lineage, static (database, lineage) => RevocationRows.Covering(database, lineage, RevokedKinds.All), cancellationToken);

    public ValueTask<bool> IsUsedAsync(OneTimeKey key, CancellationToken cancellationToken) => reads.ReadAsync(key, TokenRows.IsConsumed, cancellationToken);

    public async ValueTask PurgeAsync(CancellationToken cancellationToken) => await commits.RunAsync(writer.Purge, cancellationToken);

    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await commits.RunAsync(writer.Look, cancellationToken);
}
