using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// One page of entries, newest first, looked up in one snapshot: what the index does not have yet is read entry by entry, the rest found
/// run by run.
/// </summary>
sealed class DecisionSearch(NpgsqlConnection connection, DecisionFilter filter, ulong[] keys, int limit, CancellationToken cancellationToken)
{
    public const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    const int MostAtOnce = 1000;
    const int MostRunsAtOnce = 64;

    const string ByStamp = """
        SELECT d.id, d.entry FROM unnest($1::uuid[], $2::uuid[]) AS s (low, high)
        CROSS JOIN LATERAL (SELECT id, entry FROM cambist.decisions WHERE id >= s.low AND id <= s.high) AS d
        """;

    readonly List<LedgerEntry> _found = [];
    readonly List<long> _stamps = [];

    /// <param name="from">No entry before it.</param>
    /// <param name="until">All entries before it.</param>
    public async Task<List<LedgerEntry>> ReadAsync(DecisionId from, DecisionId until)
    {
        var end = new DecisionId((await SearchIndexer.IndexedUpToAsync(connection, cancellationToken)).Value + 1);
        if (end < until) await EntryScan.ReadAsync(connection, filter, end < from ? from : end, until, limit, _found, cancellationToken);
        if (until < end) end = until;
        if (_found.Count < limit && from < end) await LookUpAsync(from, end);
        return _found;
    }

    async Task LookUpAsync(DecisionId from, DecisionId end)
    {
        var (oldest, next) = (SearchIndexer.StampOf(from), SearchIndexer.StampOf(new(end.Value - 1)));
        var runs = await SearchRun.ReadAsync(connection, oldest, next, cancellationToken);
        for (var (read, size) = (0, 4); read < runs.Count; read += size, size = Math.Min(2 * size, MostRunsAtOnce))
        {
            foreach (var lists in await PostingList.OpenAsync(connection, runs.GetRange(read, Math.Min(size, runs.Count - read)), keys, next, cancellationToken))
            {
                // Two runs may share the stamp they meet at.
                for (; await PostingList.CommonAsync(lists, next, cancellationToken) is { } stamp && stamp >= oldest; next = stamp - 1)
                {
                    _stamps.Add(stamp);
                    if (_stamps.Count < Math.Min(limit - _found.Count, MostAtOnce)) continue;
                    await ReadEntriesAsync(end);
                    if (_found.Count >= limit) return;
                }
            }
        }

        await ReadEntriesAsync(end);
    }

    async Task ReadEntriesAsync(DecisionId end)
    {
        if (_stamps.Count == 0) return;
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(ByStamp).With(_stamps.ConvertAll(stamp => Id(stamp, 0)).ToArray()).With(_stamps.ConvertAll(stamp => Id(stamp, ulong.MaxValue)).ToArray());
        var entries = new List<LedgerEntry>();
        await using (var rows = await ask.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken)) entries.Add(DecisionRows.Read(rows));
        _found.AddRange(entries.Where(entry => entry.Id < end && filter.Fits(entry)).OrderByDescending(entry => entry.Id).Take(limit - _found.Count));
        _stamps.Clear();
    }

    static Guid Id(long stamp, ulong random) => DecisionRows.GuidOf(new(new UInt128((ulong)stamp, random)));
}
