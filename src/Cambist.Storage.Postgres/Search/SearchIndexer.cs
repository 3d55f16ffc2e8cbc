using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Builds the index behind searches, in transactions of its own that lock nothing a commit wants, by one node at a time; which of them may
/// change with each step. A run and how far the index is are written together, so a node that is killed leaves nothing half done.
/// </summary>
sealed class SearchIndexer(Connections connections, LedgerClock clock)
{
    const int EntriesARun = 1024;
    const int MostEntriesARun = 16 * 1024;
    const int StepsACall = 8;

    /// <summary>How long a few entries wait for more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    const string Waiting = $"""
        SELECT {LedgerClock.Now}, count(*), (SELECT id FROM cambist.decisions WHERE id > (SELECT indexed_up_to FROM cambist.search_state) ORDER BY id LIMIT 1)
        FROM (SELECT FROM cambist.decisions WHERE id > (SELECT indexed_up_to FROM cambist.search_state) ORDER BY id LIMIT 1024) AS enough
        """;

    const string IndexedUpTo = "SELECT indexed_up_to FROM cambist.search_state";
    const string Entries = "SELECT id, entry FROM cambist.decisions WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3";
    const string Advance = "UPDATE cambist.search_state SET indexed_up_to = $1";

    /// <inheritdoc cref="IDecisionLog.IndexAsync"/>
    public async ValueTask<long?> IndexAsync(CancellationToken cancellationToken) =>
        await connections.UseAsync<long?>(async connection => await IndexAsync(connection, cancellationToken), cancellationToken);

    async Task<long> IndexAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (now, count, oldest) = await WaitingAsync(connection, cancellationToken);
        var isDue = count == EntriesARun || now - oldest >= Patience.TotalMilliseconds;
        var cut = isDue ? await SearchCut.TakeAsync(connection, clock, cancellationToken) : null;
        for (var step = 0; step < StepsACall; step++)
        {
            var isAdded = cut is { } upTo && await StepAsync(connection, () => AddRunAsync(connection, upTo, cancellationToken), cancellationToken);
            if (!await StepAsync(connection, () => MergeAsync(connection, cancellationToken), cancellationToken) && !isAdded) break;
        }

        return cut is null ? oldest ?? now : (await WaitingAsync(connection, cancellationToken)).Oldest ?? now;
    }

    /// <summary>Now, how many entries are not in the index, at most as many as are enough, and from when the oldest is; null where there is none.</summary>
    async Task<(long Now, long Count, long? Oldest)> WaitingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(Waiting).WithNullable(clock.Instead);
        await using var row = await ask.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return (row.GetInt64(0), row.GetInt64(1), row.IsDBNull(2) ? null : DecisionRows.IdOf(row.GetGuid(2)).Milliseconds);
    }

    /// <summary>One transaction; false where another node is at it, or there was nothing to do.</summary>
    static async Task<bool> StepAsync(NpgsqlConnection connection, Func<Task<bool>> work, CancellationToken cancellationToken)
    {
        await using var begin = new NpgsqlBatch(connection);
        begin.Add(Sql.Begin);
        begin.Add(Sql.TryLockIndex);
        var isDone = await begin.ExecuteScalarAsync(cancellationToken) is true && await work();
        await Connections.RunAsync(connection, isDone ? Sql.Commit : "ROLLBACK");
        return isDone;
    }

    static async Task<bool> AddRunAsync(NpgsqlConnection connection, long cut, CancellationToken cancellationToken)
    {
        var indexed = await IndexedUpToAsync(connection, cancellationToken);
        var (first, last, postings) = await CollectAsync(connection, indexed, DecisionId.FirstOf(cut + 1), cancellationToken);
        if (first.IsNone) return false;
        var run = new SearchRun(0, (int)(first.Milliseconds / Partitions.Day), 0, StampOf(first), StampOf(last), postings.Length);
        run = await run.AddAsync(connection, cancellationToken);
        await run.WriteAsync(connection, postings, cancellationToken);
        await using var advance = new NpgsqlBatch(connection);
        advance.Add(Advance).With(DecisionRows.GuidOf(last));
        await advance.ExecuteNonQueryAsync(cancellationToken);
        return true;
    }

    /// <summary>The postings of some entries of one day, sorted.</summary>
    static async Task<(DecisionId First, DecisionId Last, UInt128[] Postings)> CollectAsync(NpgsqlConnection connection, DecisionId after, DecisionId before, CancellationToken cancellationToken)
    {
        var (first, last, keys, postings) = (default(DecisionId), default(DecisionId), new SearchKeys(), new HashSet<UInt128>());
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(Entries).With(DecisionRows.GuidOf(after)).With(DecisionRows.GuidOf(before)).With(MostEntriesARun);
        await using (var rows = await ask.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                var id = DecisionRows.IdOf(rows.GetGuid(0));
                if (first.IsNone) first = id;
                if (id.Milliseconds / Partitions.Day != first.Milliseconds / Partitions.Day) break;
                last = id;
                foreach (var key in keys.Of(rows.GetFieldValue<byte[]>(1))) postings.Add(Posting.Of(key, StampOf(id)));
            }
        }

        UInt128[] sorted = [.. postings];
        Array.Sort(sorted);
        return (first, last, sorted);
    }

    static async Task<bool> MergeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var today = (await IndexedUpToAsync(connection, cancellationToken)).Milliseconds / Partitions.Day;
        var chosen = RunMerge.Choose(await SearchRun.ReadAsync(connection, 0, long.MaxValue, cancellationToken), today);
        if (chosen.Count > 0) await RunMerge.MergeAsync(connection, chosen, cancellationToken);
        return chosen.Count > 0;
    }

    public static async Task<DecisionId> IndexedUpToAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlCommand(IndexedUpTo, connection);
        return DecisionRows.IdOf((Guid)(await ask.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>An entry's place in the index. Another's may be the same, by a rare chance.</summary>
    public static long StampOf(DecisionId id) => (long)(ulong)(id.Value >> 64);
}
