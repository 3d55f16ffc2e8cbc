namespace Cambist.Storage.Sqlite;

/// <summary>
/// One page of entries, newest first. What the index does not have yet is read block by block; the rest is looked up, run by run. A
/// page without anything to look up is read block by block, too.
/// </summary>
/// <param name="filter">What to look for.</param>
/// <param name="before">Only entries older than this one.</param>
/// <param name="limit">The most entries to give.</param>
/// <param name="mostRead">How many entries are read in vain before the page is cut short.</param>
/// <param name="cancellationToken">Gives up.</param>
sealed class DecisionSearch(DecisionFilter filter, DecisionId before, int limit, int mostRead, CancellationToken cancellationToken)
{
    readonly ulong[] _keys = SearchKeys.Of(filter);
    readonly EntrySieve _sieve = new(filter);
    readonly List<LedgerEntry> _found = [];
    readonly List<LedgerEntry> _inBlock = [];
    long _read;
    DecisionId _cutAt;

    bool IsDone => _found.Count >= limit;

    public DecisionPage Read(Database database)
    {
        if (limit <= 0) return DecisionPage.Of(_found, limit);
        var oldest = Oldest(database);
        var indexed = _keys.Length == 0 ? -1 : SearchIndexer.IndexedUpTo(SearchRuns.Read(database));
        Scan(database, Newest(), Math.Max(indexed + 1, oldest));
        if (!IsDone && _cutAt.IsNone && indexed >= oldest) LookUp(database, Math.Min(indexed, Newest()), oldest);
        return DecisionPage.Of(_found, limit, _cutAt);
    }

    long Newest()
    {
        var newest = long.MaxValue;
        if (!before.IsNone && before.Milliseconds < 1L << 47) newest = RowId.Of(before);
        if (filter.Until is { } until && until < 1L << 47) newest = Math.Min(newest, RowId.Of(DecisionId.FirstOf(Math.Max(until, 0))));
        return newest;
    }

    /// <summary>The oldest block that can hold an entry of the time asked for.</summary>
    long Oldest(Database database)
    {
        if (filter.From is not { } from || from <= 0) return Blocks.Oldest(database) ?? long.MaxValue;
        if (from >= 1L << 47) return long.MaxValue;
        var first = RowId.Of(DecisionId.FirstOf(from));
        return Blocks.UpTo(database, first) ?? first;
    }

    /// <summary>One block at a time, each in a snapshot of its own: however far it goes back, the WAL stays short.</summary>
    void Scan(Database database, long newest, long oldest)
    {
        for (var next = newest; !IsDone && Blocks.UpTo(database, next) is { } block && block >= oldest; next = block - 1)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_read - _found.Count >= mostRead)
            {
                _cutAt = RowId.FirstOf(next + 1);
                return;
            }

            Add(database, block);
        }
    }

    /// <summary>In one snapshot: runs become others under way.</summary>
    void LookUp(Database database, long newest, long oldest)
    {
        database.Prepared("BEGIN").Run();
        try
        {
            foreach (var run in SearchRuns.Read(database).Where(run => run.State == RunState.InUse && run.First <= newest && run.Last >= oldest))
            {
                var lists = Array.ConvertAll(_keys, key => new PostingList(database, run.Id, key));
                for (var next = newest; PostingList.Common(lists, next) is { } block && block >= oldest; next = block - 1)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    Add(database, block);
                    if (IsDone) return;
                }
            }
        }
        finally
        {
            database.Prepared("ROLLBACK").Run();
        }
    }

    void Add(Database database, long block)
    {
        _inBlock.Clear();
        Blocks.Read(database, block, this, static (reader, search) => search.Collect(reader));
        for (var i = _inBlock.Count - 1; i >= 0 && !IsDone; i--) _found.Add(_inBlock[i]);
    }

    void Collect(EntryBlock.Reader block)
    {
        while (block.Next())
        {
            if (!before.IsNone && block.Id >= before) return;
            _read++;
            if (_sieve.MayFit(block.Json) && LedgerEntryJson.Read(block.Id, block.Json) is var entry && filter.Fits(entry)) _inBlock.Add(entry);
        }
    }
}
