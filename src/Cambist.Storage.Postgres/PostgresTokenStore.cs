using Npgsql;

namespace Cambist.Storage.Postgres;

sealed class PostgresTokenStore(GroupCommit commits, Transactions transactions, Connections connections, LedgerClock clock) : ITokenStore
{
    const string Columns = "hash, kind, id, expires_at, content";
    const string ByHash = $"SELECT {Columns} FROM cambist.stored_tokens WHERE hash = $1";
    const string Live = $"SELECT {Columns} FROM cambist.stored_tokens WHERE kind = 3 AND expires_at > {LedgerClock.Now} AND id > $2 ORDER BY id LIMIT $3";
    const string LiveById = $"SELECT {Columns} FROM cambist.stored_tokens WHERE kind = 3 AND expires_at > {LedgerClock.Now} AND id = $2";
    const string Delete = "DELETE FROM cambist.stored_tokens WHERE kind = 3 AND id = $1";

    public ValueTask<StoredToken?> FindAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellationToken) =>
        connections.ReadAsync(ask => ask.Add(ByHash).With(hash.ToArray()), async row => await row.ReadAsync(cancellationToken) ? Current(row) : null, cancellationToken);

    public ValueTask<CommitResult> MintAsync(StoredToken token, LedgerEntry entry, CancellationToken cancellationToken)
    {
        if (token.Kind != StoredTokenKind.ImpersonationToken) throw new ArgumentException("Only impersonation tokens are minted.", nameof(token));
        return commits.CommitAsync(entry with { Stores = [token] }, cancellationToken);
    }

    public ValueTask<IReadOnlyList<StoredToken>> ListImpersonationTokensAsync(string? afterId, int limit, CancellationToken cancellationToken) =>
        connections.ReadAsync<IReadOnlyList<StoredToken>>(
            ask => ask.Add(Live).WithNullable(clock.Instead).With(Sql.Utf8(afterId ?? "")).With(Math.Max(limit, 0)),
            async row =>
            {
                var tokens = new List<StoredToken>();
                while (await row.ReadAsync(cancellationToken)) tokens.Add(Current(row));
                return tokens;
            },
            cancellationToken);

    public ValueTask<bool> CancelAsync(string id, LedgerEntry entry, CancellationToken cancellationToken)
    {
        var json = DecisionRows.JsonOf(entry);
        return new(transactions.RunAsync(
            Sql.CloseFence,
            async connection =>
            {
                if (await FindLiveAsync(connection, id) is not { } token) return false;
                var revocation = new Revocation(RevocationKind.Lineage, id, 0, entry.Trace ?? "cancelled", token.ExpiresAt);
                if ((await RevokingStatements.RecordAsync(connection, clock, [new(revocation, entry, json)]))[0] is null) return false;
                await using var delete = new NpgsqlBatch(connection);
                delete.Add(Delete).With(Sql.Utf8(id));
                await delete.ExecuteNonQueryAsync();
                return true;
            },
            cancellationToken));
    }

    async Task<StoredToken?> FindLiveAsync(NpgsqlConnection connection, string id)
    {
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(LiveById).WithNullable(clock.Instead).With(Sql.Utf8(id));
        await using var row = await ask.ExecuteReaderAsync();
        return await row.ReadAsync() ? Current(row) : null;
    }

    static StoredToken Current(NpgsqlDataReader row) =>
        new(row.GetFieldValue<byte[]>(0), (StoredTokenKind)row.GetInt16(1), Sql.Text(row.GetFieldValue<byte[]>(2)), row.GetInt64(3), row.GetFieldValue<byte[]>(4));
}
