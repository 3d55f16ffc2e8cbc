namespace Cambist.Storage.Sqlite;

sealed class SqliteTokenStore(GroupCommit commits, LedgerWriter writer, ReadConnections reads, TimeProvider clock) : ITokenStore
{
    public ValueTask<StoredToken?> FindAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellationToken) =>
        reads.ReadAsync(hash, TokenRows.Find, cancellationToken);

    public ValueTask<CommitResult> MintAsync(StoredToken token, LedgerEntry entry, CancellationToken cancellationToken)
    {
        if (token.Kind != StoredTokenKind.ImpersonationToken) throw new ArgumentException("Only impersonation tokens are minted.", nameof(token));
        return commits.CommitAsync(entry with { Stores = [token] }, cancellationToken);
    }

    public ValueTask<IReadOnlyList<StoredToken>> ListImpersonationTokensAsync(string? afterId, int limit, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return reads.ReadAsync<(string?, int, long), IReadOnlyList<StoredToken>>(
            (afterId, limit, now), static (database, page) => TokenRows.ListLive(database, page.Item1, page.Item3, page.Item2), cancellationToken);
    }

    public ValueTask<bool> CancelAsync(string id, LedgerEntry entry, CancellationToken cancellationToken)
    {
        var json = EntryBlock.JsonOf(entry);
        return new(commits.RunAsync(ids => writer.Cancel(id, entry, json, ids), cancellationToken));
    }
}
