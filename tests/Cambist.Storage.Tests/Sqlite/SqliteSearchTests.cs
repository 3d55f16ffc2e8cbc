using Cambist.Storage.Sqlite;

namespace Cambist.Storage.Tests;

/// <summary>The index behind searches: built behind the writer, never needed for the answer to be right.</summary>
public sealed class SqliteSearchTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ManualClock _clock = new();
    readonly SearchedEntries _entries;

    public SqliteSearchTests() => _entries = new(_clock);

    static CancellationToken None => CancellationToken.None;

    string StorePath => _folder.File("cambist.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Whatever_part_is_indexed_every_combination_of_filters_finds_the_same()
    {
        await using var store = Open();
        await _entries.FillAsync(store, 300);
        await _entries.ShouldFindAllAsync(store);
        Runs().ShouldBe(0);

        await IndexAsync(store);
        Runs().ShouldBe(1);
        await _entries.ShouldFindAllAsync(store);

        await _entries.FillAsync(store, 100); // a part is indexed, a part is not
        await _entries.ShouldFindAllAsync(store);
        Runs().ShouldBe(1);

        await IndexAsync(store);
        Runs().ShouldBe(2);
        await _entries.ShouldFindAllAsync(store);
    }

    [Fact]
    public async Task Runs_become_few_and_nothing_is_lost_or_told_twice()
    {
        await using var store = Open();
        for (var i = 0; i < 275; i++)
        {
            await _entries.FillAsync(store, 2);
            await IndexAsync(store);
            if (i % 25 == 0) await _entries.ShouldFindAllAsync(store, thorough: false);
        }

        Runs().ShouldBe(1 + 1 + 3, "275 are one of 256, one of 16 and three");
        Ask("SELECT count(*) FROM search_runs").ShouldBe(5, "what was merged is gone");
        Ask("SELECT count(*) FROM search_pages WHERE run NOT IN (SELECT run FROM search_runs)").ShouldBe(0);
        await _entries.ShouldFindAllAsync(store);
    }

    [Fact]
    public async Task A_few_entries_wait_for_more_and_many_do_not_wait()
    {
        await using var store = Open();
        await _entries.FillAsync(store, 10);
        await store.Decisions.IndexAsync(None);
        Runs().ShouldBe(0);

        await _entries.FillAsync(store, 1100);
        await store.Decisions.IndexAsync(None);
        Runs().ShouldBe(1);

        await _entries.FillAsync(store, 10);
        await store.Decisions.IndexAsync(None);
        Runs().ShouldBe(1);
        _clock.Advance(SearchIndexer.Patience);
        await store.Decisions.IndexAsync(None);
        Runs().ShouldBe(2);
    }

    [Fact]
    public async Task It_tells_how_far_it_is()
    {
        await using var store = Open();
        (await store.Decisions.IndexAsync(None)).ShouldBe(_clock.Milliseconds, "there is nothing that it lacks");

        await _entries.FillAsync(store, 1);
        var oldest = _entries.Written[0].Id.Milliseconds;
        _clock.Advance(SearchIndexer.Patience / 2);
        await _entries.FillAsync(store, 1);
        (await store.Decisions.IndexAsync(None)).ShouldBe(oldest);

        _clock.Advance(SearchIndexer.Patience / 2);
        (await store.Decisions.IndexAsync(None)).ShouldBe(_clock.Milliseconds);
    }

    [Fact]
    public async Task One_call_is_bounded_and_the_next_goes_on_where_it_was_or_from_the_start_after_a_restart()
    {
        // So many keys that a thousand entries make a run, and one call does not do for the merge of sixteen.
        const int Count = 20_000;
        var deep = string.Concat(Enumerable.Range(0, 60).Select(depth => $".{depth}"));
        var ids = new List<DecisionId>();
        await using (var store = Open())
            ids.AddRange(await CommitAsync(store, Count, n => Distinct(n) with { Subject = new("login", "s" + n, $"r{n}{deep}") }));

        _clock.Advance(2 * SearchIndexer.Patience); // so many ids run ahead of the clock
        await using (var store = Open()) await store.Decisions.IndexAsync(None);
        Ask("SELECT count(*) FROM search_runs WHERE state = 0").ShouldBe(1, "the merge is under way");

        await using var again = Open();
        var calls = 0;
        for (var isDone = false; !isDone && calls < 20; calls++)
        {
            isDone = await again.Decisions.IndexAsync(None) == _clock.Milliseconds && Ask("SELECT max(runs) FROM (SELECT count(*) runs FROM search_runs GROUP BY level)") < SearchIndexer.RunsAMerge;
            for (var i = calls; i < Count; i += Count / 20) await ShouldFindAsync(again, i, ids[i]);
        }

        calls.ShouldBeInRange(2, 19);
        Ask("SELECT count(*) FROM search_runs WHERE state <> 1").ShouldBe(0);
        (await again.Decisions.PageAsync(new() { Client = "web" }, default, 3 * Count, None)).Select(entry => entry.Id).ShouldBe(Enumerable.Reverse(ids));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)] // in the second step
    [InlineData(90)]
    public async Task A_run_is_in_use_once_it_is_whole_and_what_stopped_halfway_is_made_anew(int pages)
    {
        const int Count = 7000; // more than a hundred pages
        var store = Open();
        var ids = await CommitAsync(store, Count, Distinct);
        _clock.Advance(2 * SearchIndexer.Patience);

        StopAfter(pages);
        await Should.ThrowAsync<LedgerEntryRejectedException>(async () => await store.Decisions.IndexAsync(None));
        Runs().ShouldBe(0);
        Ask("SELECT count(*) FROM search_pages").ShouldBe(pages / 32 * 32, "what is written in steps of so many pages");
        for (var i = 0; i < Count; i += Count / 5) await ShouldFindAsync(store, i, ids[i]);

        if (pages % 2 == 0) // the same server, or the next
        {
            await store.DisposeAsync();
            store = Open();
        }

        GoOn();
        await store.Decisions.IndexAsync(None);
        Runs().ShouldBe(1);
        Ask("SELECT count(*) FROM search_runs").ShouldBe(1);
        Ask("SELECT count(*) FROM search_pages WHERE run NOT IN (SELECT run FROM search_runs)").ShouldBe(0);
        Ask("SELECT count(*) FROM search_pages").ShouldBeGreaterThan(90);
        for (var i = 0; i < Count; i += Count / 50) await ShouldFindAsync(store, i, ids[i]);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task A_merge_that_stops_at_any_point_lacks_nothing_and_is_made_anew()
    {
        const int CountARun = 600;
        var ids = new List<DecisionId>();
        for (var i = 0; i < SearchIndexer.RunsAMerge - 1; i++) await AddRunAsync();

        foreach (var pages in new[] { 0, 31, 32, 100, 130 })
        {
            await using var store = Open();
            StopAfter(pages, level: 1);
            if (pages == 0) ids.AddRange(await CommitAsync(store, CountARun, n => Distinct(ids.Count + n)));
            _clock.Advance(2 * SearchIndexer.Patience);
            await Should.ThrowAsync<LedgerEntryRejectedException>(async () => await store.Decisions.IndexAsync(None));
            Runs().ShouldBe(SearchIndexer.RunsAMerge);
            for (var i = 0; i < ids.Count; i += ids.Count / 20) await ShouldFindAsync(store, i, ids[i]);
            GoOn();
        }

        await using var last = Open();
        await last.Decisions.IndexAsync(None);
        Ask("SELECT count(*) FROM search_runs").ShouldBe(1);
        for (var i = 0; i < ids.Count; i += ids.Count / 20) await ShouldFindAsync(last, i, ids[i]);
        (await last.Decisions.PageAsync(new() { Client = "web" }, default, 2 * ids.Count, None)).Select(entry => entry.Id).ShouldBe(Enumerable.Reverse(ids));

        async Task AddRunAsync()
        {
            await using var store = Open();
            ids.AddRange(await CommitAsync(store, CountARun, n => Distinct(ids.Count + n)));
            _clock.Advance(2 * SearchIndexer.Patience);
            await store.Decisions.IndexAsync(None);
        }
    }

    [Fact]
    public async Task A_restart_goes_on_where_the_index_was_and_clears_away_what_was_half_written()
    {
        await using (var store = Open())
        {
            await _entries.FillAsync(store, 200);
            await IndexAsync(store);
            await _entries.FillAsync(store, 100);
        }

        Change("INSERT INTO search_runs VALUES (2, 0, 1, 0, 5); INSERT INTO search_pages VALUES (2, zeroblob(16), zeroblob(16))"); // a merge that was killed

        await using var again = Open();
        await _entries.ShouldFindAllAsync(again);
        await IndexAsync(again);

        Ask("SELECT count(*) FROM search_runs").ShouldBe(2);
        Ask("SELECT count(*) FROM search_pages WHERE run NOT IN (SELECT run FROM search_runs)").ShouldBe(0);
        await _entries.ShouldFindAllAsync(again);
    }

    [Fact]
    public async Task A_store_that_never_had_an_index_gets_one()
    {
        using (var old = Database.Open(StoreFile.Prepare(StorePath), readOnly: false))
        {
            Schema.Upgrade(old, StorePath, to: 3);
            var block = new EntryBlock();
            block.Clear();
            var entry = Some.Entry() with { Id = new DecisionIdSequence(_clock).Next() };
            block.Add(entry.Id, EntryBlock.JsonOf(entry).Span);
            old.Prepared("INSERT INTO decisions VALUES (?, ?, 1, ?)").Bind(1, RowId.Of(entry.Id)).Bind(2, RowId.Of(entry.Id)).Bind(3, block.Bytes).Run();
            _entries.Written.Add(entry);
        }

        await using var store = Open();
        await _entries.ShouldFindAllAsync(store);
        await IndexAsync(store);
        Runs().ShouldBe(1);
        await _entries.ShouldFindAllAsync(store);
    }

    [Fact]
    public async Task What_is_purged_leaves_the_index_too()
    {
        await using var store = SqliteStore.Open(StorePath, _clock, new() { AuditRetention = TimeSpan.FromDays(1) });
        for (var day = 0; day < 20; day++)
        {
            await _entries.FillAsync(store, 20);
            await IndexAsync(store);
            await IndexAsync(store);
            _clock.Advance(TimeSpan.FromHours(8));
        }

        for (var i = 0; i < 4; i++) await store.Ledger.PurgeAsync(None);
        _entries.Written.RemoveAll(entry => entry.Id.Milliseconds < _clock.Milliseconds - 86_400_000);
        await IndexAsync(store);

        (await AllAsync(store)).Count.ShouldBe(_entries.Written.Count);
        await _entries.ShouldFindAllAsync(store);
        Runs().ShouldBeLessThan(20);

        _clock.Advance(TimeSpan.FromDays(3));
        for (var i = 0; i < 4; i++) await store.Ledger.PurgeAsync(None);
        await store.Decisions.IndexAsync(None);
        Ask("SELECT count(*) FROM decisions").ShouldBe(0);
        Ask("SELECT (SELECT count(*) FROM search_runs) + (SELECT count(*) FROM search_pages)").ShouldBe(0);
        _entries.Written.Clear();
        await _entries.FillAsync(store, 3);
        await IndexAsync(store);
        await _entries.ShouldFindAllAsync(store);
    }

    [Fact]
    public async Task Searching_while_entries_are_written_purged_and_indexed_lacks_nothing()
    {
        await using var store = Open();
        await _entries.FillAsync(store, 100);
        var stop = false;
        var writing = Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop))
            {
                await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => store.Ledger.CommitAsync(Some.Entry("other"), None).AsTask()));
                _clock.Advance(SearchIndexer.Patience);
                await store.Decisions.IndexAsync(None);
            }
        });

        try
        {
            for (var i = 0; i < 60 || (Runs() == 0 && !writing.IsCompleted); i++)
            {
                foreach (var client in SearchedEntries.Clients)
                {
                    (await store.Decisions.PageAsync(new() { Client = client }, default, 1000, None)).Select(entry => entry.Id)
                        .ShouldBe(_entries.Written.Where(entry => entry.Client == client).Select(entry => entry.Id).Reverse());
                }
            }
        }
        finally
        {
            Volatile.Write(ref stop, true);
            await writing;
        }

        Runs().ShouldBeGreaterThan(0);
    }

    async Task IndexAsync(Store store)
    {
        _clock.Advance(SearchIndexer.Patience);
        for (var i = 0; i < 20 && await store.Decisions.IndexAsync(None) < _clock.Milliseconds; i++) { }
    }

    static LedgerEntry Distinct(int n) => Some.Entry() with { Subject = new("login", "s" + n, "r" + n), IssuedId = $"r{n}.a" };

    static async Task<List<DecisionId>> CommitAsync(Store store, int count, Func<int, LedgerEntry> entry)
    {
        var ids = new List<DecisionId>();
        for (var i = 0; i < count; i += 200)
            ids.AddRange((await Task.WhenAll(Enumerable.Range(i, 200).Select(n => store.Ledger.CommitAsync(entry(n), None).AsTask()))).Select(result => result.Id));
        return ids;
    }

    static async Task ShouldFindAsync(Store store, int n, DecisionId id)
    {
        (await store.Decisions.PageAsync(new() { Subject = "s" + n }, default, 10, None)).ShouldHaveSingleItem().Id.ShouldBe(id);
        (await store.Decisions.PageAsync(new() { Lineage = "r" + n, Client = "web" }, default, 10, None)).ShouldHaveSingleItem().Id.ShouldBe(id);
    }

    /// <summary>Nothing more is written to a run of a level that has so many pages.</summary>
    void StopAfter(int pages, int level = 0) =>
        Change($"CREATE TRIGGER stop BEFORE INSERT ON search_pages WHEN (SELECT level FROM search_runs WHERE run = NEW.run) = {level} AND (SELECT count(*) FROM search_pages WHERE run = NEW.run) >= {pages} BEGIN SELECT RAISE(ABORT, 'stopped'); END");

    void GoOn() => Change("DROP TRIGGER stop");

    void Change(string sql)
    {
        using var database = Database.Open(StorePath, readOnly: false);
        database.Execute(sql);
    }

    static async Task<IReadOnlyList<LedgerEntry>> AllAsync(Store store) => await store.Decisions.PageAsync(DecisionFilter.All, default, int.MaxValue, None);

    Store Open() => SqliteStore.Open(StorePath, _clock);

    long Runs() => Ask("SELECT count(*) FROM search_runs WHERE state = 1");

    long Ask(string sql)
    {
        using var database = Database.Open(StorePath, readOnly: true);
        return database.AskNumber(sql);
    }
}
