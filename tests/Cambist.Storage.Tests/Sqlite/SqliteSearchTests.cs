using Cambist.Protocol;
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
        for (var i = 0; i < 80; i++)
        {
            await _entries.FillAsync(store, 5);
            await IndexAsync(store);
            if (i % 7 == 0) await _entries.ShouldFindAllAsync(store, thorough: false);
        }

        Runs().ShouldBe(1 + 2, "80 are one of 64 and two of 8");
        Ask("SELECT count(*) FROM search_runs").ShouldBe(3, "what was merged is gone");
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
    public async Task One_call_is_bounded_and_what_is_stopped_at_any_point_goes_on_after_a_restart()
    {
        // So many keys that merges take several steps; each opening is a server that was killed before.
        const int Count = 80_000;
        var ids = new List<DecisionId>();
        await using (var store = Open())
        {
            for (var i = 0; i < Count; i += 400)
                ids.AddRange((await Task.WhenAll(Enumerable.Range(i, 400).Select(n => store.Ledger.CommitAsync(Distinct(n), None).AsTask()))).Select(result => result.Id));
        }

        _clock.Advance(2 * SearchIndexer.Patience); // so many ids run ahead of the clock
        var calls = 0;
        var stopped = 0;
        for (var isDone = false; !isDone && calls < 20; calls++)
        {
            await using var store = Open();
            isDone = await store.Decisions.IndexAsync(None) == _clock.Milliseconds && Ask("SELECT max(runs) FROM (SELECT count(*) runs FROM search_runs GROUP BY level)") < 8;
            stopped += Ask("SELECT count(*) FROM search_runs WHERE state = 0") > 0 ? 1 : 0;
            for (var i = calls; i < Count; i += Count / 20)
            {
                (await store.Decisions.PageAsync(new() { Subject = "s" + i }, default, 10, None)).ShouldHaveSingleItem().Id.ShouldBe(ids[i]);
                (await store.Decisions.PageAsync(new() { Lineage = "r" + i, Client = "web" }, default, 10, None)).ShouldHaveSingleItem().Id.ShouldBe(ids[i]);
            }
        }

        calls.ShouldBeInRange(2, 19);
        stopped.ShouldBeGreaterThan(0, "else no merge was ever stopped in the middle");
        Ask("SELECT count(*) FROM search_runs WHERE state <> 1").ShouldBe(0);
        await using var last = Open();
        (await last.Decisions.PageAsync(new() { Client = "web" }, default, 3 * Count, None)).Select(entry => entry.Id).ShouldBe(Enumerable.Reverse(ids));

        static LedgerEntry Distinct(int n) => Some.Entry() with { Subject = new("login", "s" + n, "r" + n), IssuedId = $"r{n}.a" };
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

        using (var database = Database.Open(StorePath, readOnly: false)) // a merge that was killed
            database.Execute("INSERT INTO search_runs VALUES (2, 0, 1, 0, 5); INSERT INTO search_pages VALUES (2, zeroblob(16), zeroblob(16))");

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

    [Fact]
    public void An_outcome_or_a_reason_of_a_newer_release_is_indexed_by_its_name()
    {
        var keys = new SearchKeys();
        var entry = """{"outcome":"refused","reason":"no_rule","action":"x","client":"we\u0062","subject":{"issuer":"i","sub":"alice","new":[1]},"later":{"client":"no"},"registry":"r"}"""u8;
        keys.Add(entry);
        keys.Found.ShouldContain(SearchKeys.Of(new DecisionFilter { Client = "web", Subject = "alice", Outcome = DecisionOutcome.Refused, Reason = Reason.NoRule }).Single());
        keys.Found.ShouldNotContain(SearchKeys.Of(new DecisionFilter { Client = "no" }).Single());
        KeysOf("""{"outcome":"refused","reason":"not_yet_known","client":"web","registry":"r"}"""u8)
            .SetEquals(KeysOf("""{"outcome":"refused","client":"web","registry":"r"}"""u8)).ShouldBeFalse();

        static HashSet<ulong> KeysOf(ReadOnlySpan<byte> json)
        {
            var keys = new SearchKeys();
            keys.Add(json);
            return keys.Found;
        }
    }

    async Task IndexAsync(Store store)
    {
        _clock.Advance(SearchIndexer.Patience);
        for (var i = 0; i < 20 && await store.Decisions.IndexAsync(None) < _clock.Milliseconds; i++) { }
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
