using Cambist.Storage.Postgres;

namespace Cambist.Storage.Tests.Postgres;

/// <summary>The index behind searches on PostgreSQL: built behind the writers of any number of nodes, never needed for the answer to be right.</summary>
public sealed class PostgresSearchTests : PostgresNodes
{
    readonly ManualClock _clock = new();
    readonly SearchedEntries _entries;

    public PostgresSearchTests(PostgresDatabases databases)
        : base(databases) => _entries = new(_clock);

    [Fact]
    public async Task Whatever_part_is_indexed_every_combination_of_filters_finds_the_same()
    {
        var node = Open(_clock);
        await _entries.FillAsync(node, 300);
        await _entries.ShouldFindAllAsync(node);
        (await RunsAsync()).ShouldBe(0);

        await IndexAsync(node);
        (await RunsAsync()).ShouldBe(1);
        await _entries.ShouldFindAllAsync(node);

        await _entries.FillAsync(node, 100); // a part is indexed, a part is not
        await _entries.ShouldFindAllAsync(node);
        (await RunsAsync()).ShouldBe(1);

        await IndexAsync(node);
        (await RunsAsync()).ShouldBe(2);
        await _entries.ShouldFindAllAsync(node);
    }

    [Fact]
    public async Task What_is_indexed_is_found_in_the_index_and_not_by_reading_the_ledger()
    {
        var node = Open(_clock);
        await _entries.FillAsync(node, 100);
        await IndexAsync(node);

        await ExecuteAsync("DELETE FROM cambist.search_pages");

        (await node.Decisions.PageAsync(new() { Client = "web" }, default, 10, None)).ShouldBeEmpty();
        (await node.Decisions.PageAsync(DecisionFilter.All, default, 10, None)).Count.ShouldBe(10);
    }

    [Fact]
    public async Task Two_nodes_that_write_and_index_in_turn_have_one_index_of_few_runs_and_nothing_is_lost_or_told_twice()
    {
        Store[] nodes = [Open(_clock), Open(_clock)];
        for (var i = 0; i < 40; i++)
        {
            await _entries.FillAsync(nodes[i % 2], 5);
            await IndexAsync(nodes[i / 2 % 2]);
            if (i % 7 == 0) await _entries.ShouldFindAllAsync(nodes[i % 2], thorough: false);
        }

        (await RunsAsync()).ShouldBe(5, "40 are five of 8");
        (await CountAsync("search_pages WHERE run NOT IN (SELECT run FROM cambist.search_runs)")).ShouldBe(0);
        await _entries.ShouldFindAllAsync(nodes[1]);
    }

    [Fact]
    public async Task An_entry_that_is_committed_long_after_later_ones_is_found_and_the_index_does_not_pass_it()
    {
        Store[] nodes = [Open(_clock), Open(_clock)];
        await using var holder = new Npgsql.NpgsqlConnection(Connection + ";Pooling=false");
        await holder.OpenAsync(Cancellation);
        await using var hold = new Npgsql.NpgsqlCommand($"BEGIN; INSERT INTO cambist.one_time_keys VALUES ('\\x{Convert.ToHexString(Some.Hash("k"))}', 2, 0)", holder);
        await hold.ExecuteNonQueryAsync(Cancellation);
        var late = nodes[0].Ledger.CommitAsync(Some.Entry("late") with { Consumes = [Some.Key("k")] }, None).AsTask();
        await SomebodyWaitsAsync("transactionid"); // for the key: it is dated, and not there to be read

        _clock.Advance(TimeSpan.FromSeconds(1));
        var later = (await nodes[1].Ledger.CommitAsync(Some.Entry("later"), None)).Id;
        _clock.Advance(SearchIndexer.Patience);
        (await nodes[1].Decisions.IndexAsync(None)).ShouldBe(later.Milliseconds);
        (await RunsAsync()).ShouldBe(0);

        hold.CommandText = "ROLLBACK";
        await hold.ExecuteNonQueryAsync(Cancellation);
        var id = (await late).Id;
        id.ShouldBeLessThan(later);
        (await nodes[1].Decisions.IndexAsync(None)).ShouldBe(_clock.Milliseconds);

        (await RunsAsync()).ShouldBe(1);
        await ShouldFindAsync(nodes[1], "late", id);
        await ShouldFindAsync(nodes[0], "later", later);
    }

    [Fact]
    public async Task Whoever_dates_itself_after_the_cut_is_dated_behind_it_even_where_the_clock_was_set_back()
    {
        var node = Open(_clock);
        await node.Ledger.CommitAsync(Some.Entry(), None);
        _clock.Advance(TimeSpan.FromHours(1));
        await node.Decisions.IndexAsync(None);
        var cut = await AskAsync<long>("SELECT search_cut FROM cambist.marks");
        cut.ShouldBe(_clock.Milliseconds - 1);

        var behind = new ManualClock();
        var id = (await Open(behind).Ledger.CommitAsync(Some.Entry("behind"), None)).Id;

        id.Milliseconds.ShouldBe(cut + 1);
        await ShouldFindAsync(node, "behind", id);
    }

    [Fact]
    public async Task Commits_on_two_nodes_while_both_index_are_all_found()
    {
        Store[] nodes = [Open(), Open()];
        var stop = false;
        var indexing = nodes.Select(node => Task.Run(async () =>
        {
            while (!Volatile.Read(ref stop)) await node.Decisions.IndexAsync(None);
        })).ToArray();
        var ids = new List<DecisionId>[8];
        try
        {
            await Task.WhenAll(Enumerable.Range(0, ids.Length).Select(worker => Task.Run(async () =>
            {
                ids[worker] = [];
                for (var i = 0; i < 40; i++)
                {
                    var batch = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => nodes[(worker + i) % 2].Ledger.CommitAsync(Some.Entry("client" + worker), None).AsTask()));
                    ids[worker].AddRange(batch.Select(result => result.Id));
                    if (i % 10 == 9) (await AllOfAsync(nodes[worker % 2], worker)).ShouldBe(ids[worker].OrderDescending());
                }
            })));
        }
        finally
        {
            Volatile.Write(ref stop, true);
            await Task.WhenAll(indexing);
        }

        (await RunsAsync()).ShouldBeGreaterThan(0, "or nothing raced");
        for (var worker = 0; worker < ids.Length; worker++) (await AllOfAsync(nodes[0], worker)).ShouldBe(ids[worker].OrderDescending());

        static async Task<IEnumerable<DecisionId>> AllOfAsync(Store node, int worker) =>
            (await node.Decisions.PageAsync(new() { Client = "client" + worker }, default, 10_000, None)).Select(entry => entry.Id);
    }

    [Fact]
    public async Task A_node_that_is_killed_while_it_indexes_leaves_nothing_half_done_and_another_goes_on()
    {
        Store[] nodes = [Open(_clock), Open(_clock)];
        await _entries.FillAsync(nodes[0], 200);
        _clock.Advance(SearchIndexer.Patience);
        await using (var holder = new Npgsql.NpgsqlConnection(Connection + ";Pooling=false"))
        {
            await holder.OpenAsync(Cancellation);
            await using var hold = new Npgsql.NpgsqlCommand("BEGIN; SELECT * FROM cambist.search_state FOR UPDATE", holder);
            await hold.ExecuteNonQueryAsync(Cancellation);
            var killed = nodes[0].Decisions.IndexAsync(None).AsTask();
            await Task.WhenAny(killed, SomebodyWaitsAsync("transactionid")); // its run is written, how far it is is not
            (await nodes[1].Decisions.IndexAsync(None)).ShouldBe(_entries.Written[0].Id.Milliseconds, "one node at a time");

            await using var kill = new Npgsql.NpgsqlCommand("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'", holder);
            await kill.ExecuteNonQueryAsync(Cancellation);
            await Should.ThrowAsync<StoreUnavailableException>(() => killed);
        }

        (await RunsAsync(), await CountAsync("search_pages")).ShouldBe((0, 0));
        await _entries.ShouldFindAllAsync(nodes[1], thorough: false);
        (await nodes[1].Decisions.IndexAsync(None)).ShouldBe(_clock.Milliseconds);
        (await RunsAsync()).ShouldBe(1);
        await _entries.ShouldFindAllAsync(nodes[0], thorough: false);
    }

    [Fact]
    public async Task A_few_entries_wait_for_more_and_many_do_not_wait()
    {
        var node = Open(_clock);
        await _entries.FillAsync(node, 10);
        (await node.Decisions.IndexAsync(None)).ShouldBe(_entries.Written[0].Id.Milliseconds);
        (await RunsAsync()).ShouldBe(0);

        await _entries.FillAsync(node, 100);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => node.Ledger.CommitAsync(Some.Entry(), None).AsTask()));
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await node.Decisions.IndexAsync(None)).ShouldBe(_clock.Milliseconds);
        (await RunsAsync()).ShouldBe(1);
    }

    [Fact]
    public async Task A_run_is_of_one_day_a_day_that_is_over_becomes_one_run_and_goes_with_its_entries()
    {
        var node = Open(_clock, TimeSpan.FromDays(2));
        for (var i = 0; i < 12; i++)
        {
            await _entries.FillAsync(node, 20);
            if (i % 2 == 1) await IndexAsync(node);
            _clock.Advance(TimeSpan.FromHours(8));
        }

        await IndexAsync(node);
        var days = await AskAsync<long>("SELECT count(DISTINCT day) FROM cambist.search_runs");
        days.ShouldBe(_entries.Written.Select(entry => entry.Id.Milliseconds / 86_400_000).Distinct().Count());
        days.ShouldBeGreaterThan(3);
        (await AskAsync<long>("SELECT max(runs) FROM (SELECT count(*) AS runs FROM cambist.search_runs WHERE day < (SELECT max(day) FROM cambist.search_runs) GROUP BY day) AS days")).ShouldBe(1);
        (await CountAsync("search_runs WHERE (first >> 16) / 86400000 <> day OR (last >> 16) / 86400000 <> day")).ShouldBe(0);
        await _entries.ShouldFindAllAsync(node);

        await node.Ledger.PurgeAsync(None);
        _entries.Written.RemoveAll(entry => (entry.Id.Milliseconds / 86_400_000) + 1 <= (_clock.Milliseconds / 86_400_000) - 2);
        (await AskAsync<long>("SELECT count(DISTINCT day) FROM cambist.search_runs")).ShouldBeLessThan(days);
        (await AskAsync<bool>("SELECT (SELECT count(*) FROM pg_inherits WHERE inhparent = 'cambist.search_pages'::regclass) = (SELECT count(*) FROM pg_inherits WHERE inhparent = 'cambist.decisions'::regclass)")).ShouldBeTrue();
        await _entries.ShouldFindAllAsync(node, thorough: false);
        await IndexAsync(node);
        await _entries.ShouldFindAllAsync(node, thorough: false);
    }

    [Fact]
    public async Task More_than_fits_one_run_is_caught_up_with_and_merged()
    {
        var node = Open(_clock);
        const int Count = 40_000;
        for (var i = 0; i < Count; i += 4000)
            await Task.WhenAll(Enumerable.Range(i, 4000).Select(n => node.Ledger.CommitAsync(Some.Entry() with { Subject = new("login", "s" + n, "r" + n), IssuedId = $"r{n}.a" }, None).AsTask()));
        _clock.Advance(TimeSpan.FromDays(1));
        (await node.Decisions.IndexAsync(None)).ShouldBe(_clock.Milliseconds);
        (await RunsAsync()).ShouldBe(3);

        await node.Ledger.PurgeAsync(None);
        await node.Ledger.CommitAsync(Some.Entry("tomorrow"), None);
        await IndexAsync(node);

        (await RunsAsync()).ShouldBe(2, "those of the day that is over are one");
        for (var i = 0; i < Count; i += 997)
        {
            (await node.Decisions.PageAsync(new() { Subject = "s" + i }, default, 10, None)).ShouldHaveSingleItem().IssuedId.ShouldBe($"r{i}.a");
            (await node.Decisions.PageAsync(new() { Lineage = "r" + i, Client = "web" }, default, 10, None)).ShouldHaveSingleItem().IssuedId.ShouldBe($"r{i}.a");
        }

        var all = await node.Decisions.PageAsync(new() { Client = "web" }, default, 2 * Count, None);
        all.Count.ShouldBe(Count);
        all.Select(entry => entry.Id).ShouldBe(all.Select(entry => entry.Id).Distinct().OrderDescending());
    }

    static async Task ShouldFindAsync(Store node, string client, DecisionId id) =>
        (await node.Decisions.PageAsync(new() { Client = client }, default, 10, None)).ShouldHaveSingleItem().Id.ShouldBe(id);

    async Task IndexAsync(Store node)
    {
        _clock.Advance(SearchIndexer.Patience);
        (await node.Decisions.IndexAsync(None)).ShouldBe(_clock.Milliseconds);
    }

    Task<long> RunsAsync() => CountAsync("search_runs");
}
