using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// One page of entries, newest first, looked up in one snapshot: what the index does not have yet is read entry by entry, the rest found
/// run by run.
/// </summary>
sealed class DecisionSearch(NpgsqlConnection connection, DecisionFilter filter, ulong[] keys, int limit, int mostRead, CancellationToken cancellationToken)
{
    const string Begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

    // Over many days planning for these values costs several times what looking up does; a plan for any passes over the other days' partitions when it begins.
    const string PlanOnce = "SET LOCAL plan_cache_mode = force_generic_plan";

    const int MostAtOnce = 1000;
    const int FewestRunsAtOnce = 8;
    const int MostRunsAtOnce = 64;

    // OFFSET 0: looked up stamp by stamp, and not all of the time read to be compared with them.
    const string ByStamp = """
        SELECT d.id, d.entry FROM unnest($1::uuid[], $2::uuid[]) AS s (low, high)
        CROSS JOIN LATERAL (SELECT id, entry FROM cambist.decisions WHERE id >= s.low AND id <= s.high AND id >= $3 AND id <= $4 OFFSET 0) AS d
        """;

    readonly List<LedgerEntry> _found = [];
    readonly List<long> _stamps = [];

    /// <param name="from">No entry before it.</param>
    /// <param name="until">All entries before it.</param>
    public async Task<DecisionPage> ReadAsync(DecisionId from, DecisionId until)
    {
        var (indexedUpTo, runs) = await BeginAsync(from, until);
        var end = new DecisionId(indexedUpTo.Value + 1);
        var cutAt = end < until ? await new EntryScan(connection, filter, limit, mostRead, _found, cancellationToken).ReadAsync(end < from ? from : end, until) : default;
        if (until < end) end = until;
        if (_found.Count < limit && cutAt.IsNone && from < end) await LookUpAsync(runs, from, end);
        await Connections.RunAsync(connection, Sql.Commit);
        return DecisionPage.Of(_found, limit, cutAt);
    }

    /// <summary>How far the index is, and the runs that may have entries of a time, newest first.</summary>
    async Task<(DecisionId IndexedUpTo, List<SearchRun> Runs)> BeginAsync(DecisionId from, DecisionId until)
    {
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(Begin);
        ask.Add(PlanOnce);
        ask.Add(SearchIndexer.IndexedUpTo);
        ask.Add(SearchRun.InTime).With(SearchIndexer.StampOf(from)).With(SearchIndexer.StampOf(until));
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var indexedUpTo = DecisionRows.IdOf(rows.GetGuid(0));
        await rows.NextResultAsync(cancellationToken);
        return (indexedUpTo, await SearchRun.ReadAsync(rows, cancellationToken));
    }

    async Task LookUpAsync(List<SearchRun> runs, DecisionId from, DecisionId end)
    {
        var (oldest, next) = (SearchIndexer.StampOf(from), SearchIndexer.StampOf(new(end.Value - 1)));
        runs.RemoveAll(run => run.First > next);
        for (var (read, size) = (0, FewestRunsAtOnce); read < runs.Count; read += size, size = Math.Min(2 * size, MostRunsAtOnce))
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
        ask.Add(ByStamp)
            .With(_stamps.ConvertAll(stamp => Id(stamp, 0)).ToArray()).With(_stamps.ConvertAll(stamp => Id(stamp, ulong.MaxValue)).ToArray())
            .With(Id(_stamps[^1], 0)).With(Id(_stamps[0], ulong.MaxValue));
        var entries = new List<LedgerEntry>();
        await using (var rows = await ask.ExecuteReaderAsync(cancellationToken))
            while (await rows.ReadAsync(cancellationToken)) entries.Add(DecisionRows.Read(rows));
        _found.AddRange(entries.Where(entry => entry.Id < end && filter.Fits(entry)).OrderByDescending(entry => entry.Id).Take(limit - _found.Count));
        _stamps.Clear();
    }

    static Guid Id(long stamp, ulong random) => DecisionRows.GuidOf(new(new UInt128((ulong)stamp, random)));
}
