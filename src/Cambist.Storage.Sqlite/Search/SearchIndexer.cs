namespace Cambist.Storage.Sqlite;

/// <summary>
/// Builds the index behind searches: reads and sorts over a connection of its own, and asks the writer only to write what is ready, in
/// transactions so small that no batch waits long for one. Runs are made of what came last, and eight of a kind become one of the
/// next, so that there are few of them however much there is, and each posting is written only a few times.
/// </summary>
#pragma warning disable CA1001 // its wait handle is never asked for, so the semaphore holds nothing to dispose
sealed class SearchIndexer(GroupCommit commits, LedgerWriter writer, ReadConnections reads, TimeProvider clock)
#pragma warning restore CA1001
{
    const int RunsAMerge = 8;
    const int EntriesARun = 1024;
    const int PagesAStep = 32;
    const int PostingsAStep = PagesAStep * SearchRuns.PostingsAPage;
    const int PagesRemovedAStep = 128; // freed pages are not written

    // A step is some milliseconds of work, one or two of them the writer's.
    const int StepsACall = 64;

    /// <summary>How long a few entries wait for more, so that a quiet store is not written to every second.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Dictionary<int, RunMerge> _merges = [];
    readonly SemaphoreSlim _turn = new(1);
    readonly SearchKeys _keys = new();
    bool _hasBegun;

    // Kept for the next run and the next step: made anew, arrays of this size bring the collection of all garbage nearer.
    readonly UInt128[] _merged = new UInt128[PostingsAStep];
    UInt128[] _collected = new UInt128[16 * EntriesARun];

    /// <inheritdoc cref="IDecisionLog.IndexAsync"/>
    public async ValueTask<long?> IndexAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_hasBegun) await BeginAsync(cancellationToken);
            for (var step = 0; step < StepsACall; step++)
                if (!await TakeStepAsync(addsFirst: step % 4 == 0, cancellationToken)) break;
            return await UntilAsync(cancellationToken);
        }
        catch
        {
            // What became of the step nobody knows; the store does.
            _merges.Clear();
            _hasBegun = false;
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What a server that stopped left half written is removed.</summary>
    async Task BeginAsync(CancellationToken cancellationToken)
    {
        var left = (await RunsAsync(cancellationToken)).Where(run => run.State == RunState.BeingWritten).ToList();
        if (left.Count > 0) await WriteAsync(database => SetAll(database, left, RunState.BeingRemoved));
        _hasBegun = true;
    }

    /// <returns>False where there is nothing to do.</returns>
    /// <param name="addsFirst">
    /// Not always, or a store with much to catch up on would have thousands of runs; nor never, or it would fall behind while large ones are merged.
    /// </param>
    /// <param name="cancellationToken">Gives up between two writes.</param>
    async Task<bool> TakeStepAsync(bool addsFirst, CancellationToken cancellationToken)
    {
        var runs = await RunsAsync(cancellationToken);
        var oldest = await reads.ReadAsync(this, static (database, _) => Blocks.Oldest(database) ?? long.MaxValue, cancellationToken);
        return (addsFirst && await AddRunAsync(runs, cancellationToken))
            || await DropPurgedAsync(runs, oldest)
            || await RemoveAsync(runs)
            || await MergeAsync(runs, oldest, cancellationToken)
            || (!addsFirst && await AddRunAsync(runs, cancellationToken));
    }

    async Task<bool> AddRunAsync(List<SearchRun> runs, CancellationToken cancellationToken)
    {
        var after = IndexedUpTo(runs);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (await reads.ReadAsync((this, after, now), static (database, my) => my.Item1.Collect(database, my.after, my.now), cancellationToken) is not { } blocks) return false;

        var run = new SearchRun(NextId(runs), RunState.InUse, 0, blocks.First, blocks.Last);
        await WriteAsync(database =>
        {
            SearchRuns.Add(database, run);
            return SearchRuns.AddPages(database, run, _collected.AsSpan(0, blocks.Postings));
        });
        return true;
    }

    /// <summary>Collects the sorted postings of the blocks behind one, if there are enough of them or they have waited long enough; gives how many.</summary>
    (long First, long Last, int Postings)? Collect(Database database, long after, long now)
    {
        if (Blocks.After(database, after, EntriesARun) is not { Count: > 0 } blocks) return null;
        var isOld = now - RowId.LastOf(blocks[0].First).Milliseconds >= Patience.TotalMilliseconds;
        if (!isOld && blocks.Sum(block => block.Entries) < EntriesARun) return null;

        var postings = 0;
        foreach (var (first, _) in blocks)
        {
            _keys.Clear();
            Blocks.Read(database, first, _keys, static (block, keys) =>
            {
                while (block.Next()) keys.Add(block.Json);
            });
            if (postings + _keys.Found.Count > _collected.Length) Array.Resize(ref _collected, Math.Max(2 * _collected.Length, postings + _keys.Found.Count));
            foreach (var key in _keys.Found) _collected[postings++] = Posting.Of(key, first);
        }

        _collected.AsSpan(0, postings).Sort();
        return (blocks[0].First, blocks[^1].First, postings);
    }

    /// <summary>Runs go with the last of their blocks.</summary>
    async Task<bool> DropPurgedAsync(List<SearchRun> runs, long oldest)
    {
        var gone = runs.Where(run => run.State == RunState.InUse && run.Last < oldest).ToList();
        if (gone.Count == 0) return false;
        var abandoned = _merges.Where(merge => merge.Value.Inputs.Any(input => gone.Exists(run => run.Id == input.Id))).ToList();
        gone.AddRange(abandoned.Select(merge => merge.Value.Output));
        await WriteAsync(database => SetAll(database, gone, RunState.BeingRemoved));
        foreach (var (level, _) in abandoned) _merges.Remove(level);
        return true;
    }

    async Task<bool> RemoveAsync(List<SearchRun> runs)
    {
        var dead = runs.FindAll(run => run.State == RunState.BeingRemoved);
        if (dead.Count == 0) return false;
        await WriteAsync(database =>
        {
            var left = PagesRemovedAStep;
            foreach (var run in dead)
                if (left > 0) left -= SearchRuns.Remove(database, run, left);
            return 0;
        });
        return true;
    }

    /// <summary>A step of the merge of the youngest runs that are enough for one.</summary>
    async Task<bool> MergeAsync(List<SearchRun> runs, long oldest, CancellationToken cancellationToken)
    {
        foreach (var level in runs.Where(run => run.State == RunState.InUse).GroupBy(run => run.Level).OrderBy(level => level.Key))
        {
            var isNew = !_merges.TryGetValue(level.Key, out var merge);
            if (isNew)
            {
                if (level.Count() < RunsAMerge) continue;
                merge = new([.. level.OrderBy(run => run.First).Take(RunsAMerge)], NextId(runs));
            }

            await StepAsync(merge!, isNew, oldest, cancellationToken);
            return true;
        }

        return false;
    }

    async Task StepAsync(RunMerge merge, bool isNew, long oldest, CancellationToken cancellationToken)
    {
        var postings = await reads.ReadAsync((merge, oldest, _merged), static (database, my) => my.merge.Next(database, my.oldest, my._merged), cancellationToken);
        var isDone = postings.Length < PostingsAStep;
        await WriteAsync(database =>
        {
            if (isNew) SearchRuns.Add(database, merge.Output);
            var bytes = SearchRuns.AddPages(database, merge.Output, postings.Span);
            if (!isDone) return bytes;
            SearchRuns.Set(database, merge.Output, RunState.InUse);
            return bytes + SetAll(database, merge.Inputs, RunState.BeingRemoved);
        });

        if (isDone) _merges.Remove(merge.Inputs[0].Level);
        else _merges[merge.Inputs[0].Level] = merge;
    }

    /// <summary>Asked in the writer's turn, so that no entry of ours is on its way.</summary>
    async Task<long?> UntilAsync(CancellationToken cancellationToken)
    {
        var after = IndexedUpTo(await RunsAsync(cancellationToken));
        return await commits.RunAsync(_ => writer.FirstAfter(after) is { } first ? RowId.LastOf(first).Milliseconds : clock.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken);
    }

    /// <summary>The newest block in the index.</summary>
    public static long IndexedUpTo(List<SearchRun> runs) => runs.Find(run => run.State == RunState.InUse)?.Last ?? -1;

    static long NextId(List<SearchRun> runs) => runs.Count == 0 ? 1 : runs.Max(run => run.Id) + 1;

    static int SetAll(Database database, IReadOnlyList<SearchRun> runs, RunState state)
    {
        foreach (var run in runs) SearchRuns.Set(database, run, state);
        return 0;
    }

    ValueTask<List<SearchRun>> RunsAsync(CancellationToken cancellationToken) => reads.ReadAsync(this, static (database, _) => SearchRuns.Read(database), cancellationToken);

    /// <summary>Waited for in any case: what comes next builds on what the store then holds.</summary>
    Task<bool> WriteAsync(Func<Database, int> write) => commits.RunAsync(ids => writer.Index(write, ids), CancellationToken.None);
}
