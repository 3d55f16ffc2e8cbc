namespace Cambist.Storage.Sqlite;

/// <summary>
/// Builds the index behind searches: reads and sorts over a connection of its own, and asks the writer only to write what is ready, in
/// transactions so small that no batch waits long for one. Runs are made of what came last, and sixteen of a level become one of the
/// next, so that there are few of them however much there is, and each posting is written only a few times.
/// </summary>
#pragma warning disable CA1001 // its wait handle is never asked for, so the semaphore holds nothing to dispose
sealed class SearchIndexer(GroupCommit commits, LedgerWriter writer, ReadConnections reads, TimeProvider clock)
#pragma warning restore CA1001
{
    public const int RunsAMerge = 16;
    const int PagesAStep = 32;
    const int PostingsAStep = PagesAStep * SearchRuns.PostingsAPage;
    const int PagesRemovedAStep = 128; // freed pages are not written

    // A step is some milliseconds of work, one or two of them the writer's; that of a large new run several times as much, with pauses.
    const int StepsACall = 64;
    const int StepsARunAdded = 16;

    /// <summary>How long a few entries wait for more, so that a quiet store is not written to every second.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly Dictionary<int, RunMerge> _merges = [];
    readonly SemaphoreSlim _turn = new(1);
    readonly CollectedPostings _collected = new();
    readonly UInt128[] _merged = new UInt128[PostingsAStep];
    bool _hasBegun;

    /// <inheritdoc cref="IDecisionLog.IndexAsync"/>
    public async ValueTask<long?> IndexAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_hasBegun) await BeginAsync(cancellationToken);
            for (var step = 0; step < StepsACall; step++)
                if (!await TakeStepAsync(addsFirst: step % StepsARunAdded == 0, cancellationToken)) break;
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
        return (addsFirst && await AddRunAsync(runs, oldest, cancellationToken))
            || await DropPurgedAsync(runs, oldest)
            || await RemoveAsync(runs)
            || await MergeAsync(runs, oldest, cancellationToken)
            || (!addsFirst && await AddRunAsync(runs, oldest, cancellationToken));
    }

    /// <summary>Writes a run of what need not wait for more, if there is any.</summary>
    async Task<bool> AddRunAsync(List<SearchRun> runs, long oldest, CancellationToken cancellationToken)
    {
        await CollectAsync(IndexedUpTo(runs), cancellationToken);
        if (_collected.IsEmpty) return false;
        var run = new RunMerge(_collected, NextId(runs));
        while (!await StepAsync(run, oldest, cancellationToken)) { }
        return true;
    }

    /// <summary>As much as makes a run, with pauses: on one core requests wait for this thread.</summary>
    async Task CollectAsync(long after, CancellationToken cancellationToken)
    {
        _collected.Clear();
        var waitingSince = (clock.GetUtcNow() - Patience).ToUnixTimeMilliseconds();
        while (!_collected.IsFull && await reads.ReadAsync((_collected, after, waitingSince), static (database, my) => my._collected.Take(database, my.after, my.waitingSince), cancellationToken))
        {
            after = _collected.Last;
            await Task.Yield();
        }
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
            if (!_merges.TryGetValue(level.Key, out var merge))
            {
                if (level.Count() < RunsAMerge) continue;
                _merges[level.Key] = merge = new([.. level.OrderBy(run => run.First).Take(RunsAMerge)], NextId(runs));
            }

            if (await StepAsync(merge, oldest, cancellationToken)) _merges.Remove(level.Key);
            return true;
        }

        return false;
    }

    /// <summary>Writes the next pages of a run. With the last of them it is in use, and what it was made of goes.</summary>
    /// <returns>Whether the run is whole.</returns>
    async Task<bool> StepAsync(RunMerge run, long oldest, CancellationToken cancellationToken)
    {
        var isNew = !run.HasBegun;
        var postings = await reads.ReadAsync((run, oldest, _merged), static (database, my) => my.run.Next(database, my.oldest, my._merged), cancellationToken);
        var isWhole = postings.Length < PostingsAStep;
        await WriteAsync(database =>
        {
            if (isNew) SearchRuns.Add(database, run.Output);
            var bytes = SearchRuns.AddPages(database, run.Output, postings.Span);
            if (!isWhole) return bytes;
            SearchRuns.Set(database, run.Output, RunState.InUse);
            return bytes + SetAll(database, run.Inputs, RunState.BeingRemoved);
        });
        return isWhole;
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
