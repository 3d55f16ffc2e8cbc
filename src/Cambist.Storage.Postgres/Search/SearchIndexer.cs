using System.Buffers;
using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Builds the index behind searches, in transactions of its own that lock nothing a commit wants, by one node at a time; which of them may
/// change with each step. A run and how far the index is are written together, so a node that is killed leaves nothing half done. Its work is
/// done in slices of about a millisecond: on one core there is one thread of the pool, and requests wait for it.
/// </summary>
sealed class SearchIndexer(Connections connections, LedgerClock clock)
{
    const int EntriesARun = 1024;
    const int MostEntriesARun = 16 * 1024;
    const int MostPostingsARun = 16 * MostEntriesARun;
    const int StepsACall = 8;
    const int EntriesASlice = 128;

    /// <summary>How long a few entries wait for more.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    const string Waiting = $"""
        SELECT {LedgerClock.Now}, count(*), (SELECT id FROM cambist.decisions WHERE id > (SELECT indexed_up_to FROM cambist.search_state) ORDER BY id LIMIT 1)
        FROM (SELECT FROM cambist.decisions WHERE id > (SELECT indexed_up_to FROM cambist.search_state) ORDER BY id LIMIT 1024) AS enough
        """;

    public const string IndexedUpTo = "SELECT indexed_up_to FROM cambist.search_state";
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
        var postings = ArrayPool<UInt128>.Shared.Rent(MostPostingsARun); // so large that each new one would bring the collection of all garbage nearer
        try
        {
            var (first, last, count) = await CollectAsync(connection, indexed, DecisionId.FirstOf(cut + 1), postings, cancellationToken);
            if (first.IsNone) return false;
            await Task.Factory.StartNew(() => Array.Sort(postings, 0, count), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default); // in one piece, so on a thread of its own
            var run = new SearchRun(0, (int)(first.Milliseconds / Partitions.Day), 0, StampOf(first), StampOf(last), count);
            run = await run.AddAsync(connection, cancellationToken);
            await run.WriteAsync(connection, postings.AsMemory(0, count), cancellationToken);
            await using var advance = new NpgsqlBatch(connection);
            advance.Add(Advance).With(DecisionRows.GuidOf(last));
            await advance.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        finally
        {
            ArrayPool<UInt128>.Shared.Return(postings);
        }
    }

    /// <summary>The postings of some entries of one day, as many as there is room for.</summary>
    static async Task<(DecisionId First, DecisionId Last, int Count)> CollectAsync(NpgsqlConnection connection, DecisionId after, DecisionId before, UInt128[] postings, CancellationToken cancellationToken)
    {
        var (first, last, keys, count) = (default(DecisionId), default(DecisionId), new SearchKeys(), 0);
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(Entries).With(DecisionRows.GuidOf(after)).With(DecisionRows.GuidOf(before)).With(MostEntriesARun);
        await using (var rows = await ask.ExecuteReaderAsync(cancellationToken))
        {
            for (var read = 1; await rows.ReadAsync(cancellationToken); read++)
            {
                var id = DecisionRows.IdOf(rows.GetGuid(0));
                if (first.IsNone) first = id;
                if (id.Milliseconds / Partitions.Day != first.Milliseconds / Partitions.Day) break;
                keys.Clear();
                keys.Add(rows.GetFieldValue<byte[]>(1));
                if (count + keys.Found.Count > postings.Length) break;
                foreach (var key in keys.Found) postings[count++] = Posting.Of(key, StampOf(id));
                last = id;
                if (read % EntriesASlice == 0) await Task.Yield();
            }
        }

        return (first, last, count);
    }

    static async Task<bool> MergeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var today = (await IndexedUpToAsync(connection, cancellationToken)).Milliseconds / Partitions.Day;
        var chosen = RunMerge.Choose(await SearchRun.ReadAsync(connection, cancellationToken), today);
        if (chosen.Count > 0) await RunMerge.MergeAsync(connection, chosen, cancellationToken);
        return chosen.Count > 0;
    }

    static async Task<DecisionId> IndexedUpToAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlCommand(IndexedUpTo, connection);
        return DecisionRows.IdOf((Guid)(await ask.ExecuteScalarAsync(cancellationToken))!);
    }

    /// <summary>An entry's place in the index. Another's may be the same, by a rare chance.</summary>
    public static long StampOf(DecisionId id) => (long)UInt128.Min(id.Value >> 64, long.MaxValue);
}
