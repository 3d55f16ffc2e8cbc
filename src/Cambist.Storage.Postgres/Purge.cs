using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Removes what has had its time, in small transactions, by one node at a time: one-time keys, stored tokens and revocations some rows at
/// once, entries a day at once. Rows are locked without waiting for anybody, so no commit meets it in a deadlock.
/// </summary>
sealed class Purge(Connections connections, Partitions partitions, LedgerClock clock, TimeSpan? auditRetention)
{
    const int RowsAStep = 1000;
    const int MostSteps = 20; // so a run keeps up with thousands of keys a second, and ends

    internal static readonly string[] Steps =
    [
        Due("one_time_keys", "key, kind", "keep_until", 0),
        Due("stored_tokens", "hash", "expires_at", RevocationTerm.Slack),
        Due("revocations", "kind, value", "keep_until", 0),
    ];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await partitions.MakeAsync(cancellationToken);
        var isOurs = await connections.UseAsync(connection => RunAsync(connection, cancellationToken), cancellationToken);
        if (isOurs && auditRetention is { } retention) await partitions.DropAsync(await NowAsync(cancellationToken) - (long)retention.TotalMilliseconds, cancellationToken);
    }

    /// <summary>False where another node is at it.</summary>
    async Task<bool> RunAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        foreach (var step in Steps)
            for (var i = 0; i < MostSteps; i++)
            {
                var removed = await StepAsync(connection, step, cancellationToken);
                if (removed < 0) return false;
                if (removed < RowsAStep) break;
            }

        return true;
    }

    async Task<int> StepAsync(NpgsqlConnection connection, string step, CancellationToken cancellationToken)
    {
        await using (var begin = new NpgsqlBatch(connection))
        {
            begin.Add(Sql.Begin);
            begin.Add(Sql.TryLockPurge);
            if (await begin.ExecuteScalarAsync(cancellationToken) is not true)
            {
                await Connections.RunAsync(connection, "ROLLBACK");
                return -1;
            }
        }

        await using var remove = new NpgsqlBatch(connection);
        remove.Add(step).WithNullable(clock.Instead);
        var removed = await remove.ExecuteNonQueryAsync(cancellationToken);
        await Connections.RunAsync(connection, Sql.Commit);
        return removed;
    }

    ValueTask<long> NowAsync(CancellationToken cancellationToken) =>
        connections.ReadAsync(
            ask => ask.Add($"SELECT {LedgerClock.Now}").WithNullable(clock.Instead),
            async row => await row.ReadAsync(cancellationToken) ? row.GetInt64(0) : throw new InvalidOperationException("No row."),
            cancellationToken);

    // The instant in a query of its own: a clock that may differ from row to row would not be looked up in the index by the end.
    static string Due(string table, string key, string end, long slack) => $"""
        DELETE FROM cambist.{table} WHERE ({key}) IN (
          SELECT {key} FROM cambist.{table} WHERE {end} < (SELECT {LedgerClock.Now} - {slack}) ORDER BY {end} LIMIT {RowsAStep} FOR UPDATE SKIP LOCKED)
          AND {end} < (SELECT {LedgerClock.Now} - {slack})
        """;
}
