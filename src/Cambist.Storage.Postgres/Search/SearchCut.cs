using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// How far the ledger is settled: up to a cut every entry there will ever be is there to be read. Ids of several nodes come in no order, and
/// one may be committed long after it was dated; so the cut is first written where every commit reads it, which dates itself behind it from
/// then on, and then whoever is behind the fence, and may not have read it, is waited for. Nobody waits for this, and no clock matters.
/// </summary>
static class SearchCut
{
    const string Advance = $"UPDATE cambist.marks SET search_cut = greatest(search_cut, {LedgerClock.Now} - 1) RETURNING search_cut";
    const int MostLooks = 100;
    static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(10); // a commit takes some

    /// <summary>A cut of now: milliseconds, whose entries are included. Null where somebody stays behind the fence; it is tried again later.</summary>
    public static async Task<long?> TakeAsync(NpgsqlConnection connection, LedgerClock clock, CancellationToken cancellationToken)
    {
        long cut;
        await using (var advance = new NpgsqlBatch(connection))
        {
            advance.Add(Advance).WithNullable(clock.Instead);
            cut = (long)(await advance.ExecuteScalarAsync(cancellationToken))!;
        }

        var waitedFor = await BehindFenceAsync(connection, cancellationToken);
        for (var looks = 0; waitedFor.Count > 0; looks++)
        {
            if (looks == MostLooks) return null;
            await Task.Delay(BetweenLooks, cancellationToken);
            waitedFor.IntersectWith(await BehindFenceAsync(connection, cancellationToken));
        }

        return cut;
    }

    static async Task<HashSet<string>> BehindFenceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var transactions = new HashSet<string>(StringComparer.Ordinal);
        await using var ask = new NpgsqlCommand(Sql.BehindFence, connection);
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) transactions.Add(rows.GetString(0));
        return transactions;
    }
}
