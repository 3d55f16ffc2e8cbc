using Cambist.Storage.Postgres;

namespace Cambist.Storage.Tests.Postgres;

/// <summary>Contract §9: how long entries, one-time keys, stored tokens and revocations stay, and that they go.</summary>
public sealed class PostgresPurgeTests(PostgresDatabases databases) : PostgresNodes(databases)
{
    readonly ManualClock _clock = new();

    [Fact]
    public async Task A_day_of_entries_has_a_partition_made_ahead_and_dropped_once_all_of_it_is_beyond_the_retention()
    {
        var node = Open(_clock, TimeSpan.FromDays(3));
        (await PartitionsAsync()).ShouldBe("decisions_20260301 decisions_20260302 decisions_20260303");
        var old = (await node.Ledger.CommitAsync(Some.Entry("old"), None)).Id;

        for (var day = 0; day < 3; day++)
        {
            _clock.Advance(TimeSpan.FromDays(1));
            await node.Ledger.PurgeAsync(None);
            await node.Ledger.CommitAsync(Some.Entry(), None);
        }

        (await node.Decisions.FindAsync(old, None)).ShouldNotBeNull("it is 3 days old, and of its day some is younger");
        _clock.Advance(TimeSpan.FromDays(1));
        await node.Ledger.PurgeAsync(None);

        (await PartitionsAsync()).ShouldBe("decisions_20260302 decisions_20260303 decisions_20260304 decisions_20260305 decisions_20260306 decisions_20260307");
        (await node.Decisions.FindAsync(old, None)).ShouldBeNull();
        (await node.Decisions.PageAsync(DecisionFilter.All, default, 10, None)).Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_day_that_nobody_made_a_partition_for_gets_one_with_its_first_entry()
    {
        Store[] nodes = [Open(_clock), Open(_clock)];
        _clock.Advance(TimeSpan.FromDays(400));

        var commits = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () => await nodes[i % 2].Ledger.CommitAsync(Some.Entry(), None))));
        _clock.Advance(TimeSpan.FromDays(400));
        (await nodes[0].Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), Some.AdminAct(), None)).ShouldNotBeNull();

        commits.ShouldAllBe(c => c.Status == CommitStatus.Committed);
        (await CountAsync("decisions")).ShouldBe(51);
    }

    [Fact]
    public async Task Without_a_retention_entries_stay()
    {
        var node = Open(_clock);
        var old = (await node.Ledger.CommitAsync(Some.Entry(), None)).Id;
        _clock.Advance(TimeSpan.FromDays(10_000));
        await node.Ledger.PurgeAsync(None);

        (await node.Decisions.FindAsync(old, None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Keys_tokens_and_revocations_go_when_they_no_longer_matter_and_not_before()
    {
        var node = Open(_clock);
        var until = _clock.Milliseconds + 60_000;
        await Task.WhenAll(Enumerable.Range(0, 2500).Select(i => node.Ledger.CommitAsync(
            Some.Entry() with { Consumes = [Some.Key("k" + i, keepUntil: until)], Stores = [Some.Token("t" + i, expiresAt: until)], ExpiresAt = until }, None).AsTask()));
        await node.Ledger.CommitAsync(Some.Entry() with { Consumes = [Some.Key("late")], Stores = [Some.Token("late", expiresAt: until * 2)] }, None);
        await node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a.b", until), None);
        await node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Subject, "alice"), None);

        _clock.Milliseconds = until + (5 * 60_000);
        await node.Ledger.PurgeAsync(None);
        (await CountAsync("one_time_keys"), await CountAsync("stored_tokens"), await CountAsync("revocations")).ShouldBe((2501, 2501, 2));

        _clock.Milliseconds++;
        await node.Ledger.PurgeAsync(None);
        (await CountAsync("one_time_keys"), await CountAsync("stored_tokens")).ShouldBe((1, 1));
        (await CountAsync("revocations")).ShouldBe(2, "a token recorded at the same time lives longer");

        _clock.Milliseconds = (until * 2) + (3 * 3_600_000);
        await node.Ledger.PurgeAsync(None);
        (await CountAsync("revocations")).ShouldBe(1, "that of a subject stays");
    }

    [Fact]
    public async Task One_node_purges_at_a_time()
    {
        var node = Open(_clock);
        await node.Ledger.CommitAsync(Some.Entry() with { Consumes = [Some.Key("k", keepUntil: _clock.Milliseconds)] }, None);
        _clock.Advance(TimeSpan.FromHours(1));
        await using (var other = new Npgsql.NpgsqlConnection(Connection + ";Pooling=false"))
        {
            await other.OpenAsync(Cancellation);
            await using var at = new Npgsql.NpgsqlCommand($"BEGIN; {Sql.TryLockPurge}", other);
            await at.ExecuteNonQueryAsync(Cancellation);
            await node.Ledger.PurgeAsync(None);
            (await CountAsync("one_time_keys")).ShouldBe(1);
            at.CommandText = "ROLLBACK";
            await at.ExecuteNonQueryAsync(Cancellation);
        }

        await node.Ledger.PurgeAsync(None);
        (await CountAsync("one_time_keys")).ShouldBe(0);
    }

    [Fact]
    public async Task What_is_due_is_found_by_its_end_however_much_is_not_due()
    {
        Open();
        await ExecuteAsync("INSERT INTO cambist.one_time_keys SELECT sha256(i::text::bytea), 2, 9000000000000 + i FROM generate_series(1, 20000) AS i");
        await ExecuteAsync("ANALYZE cambist.one_time_keys");

        var plan = await AskAsync<string>("EXPLAIN (FORMAT JSON) " + Purge.Steps[0].Replace("$1", "NULL", StringComparison.Ordinal));

        plan.ShouldContain("\"Index Cond\": \"(keep_until < ");
    }

    [Fact]
    public async Task A_day_that_another_node_drops_at_the_same_moment_is_no_failure()
    {
        Store[] nodes = [Open(_clock, TimeSpan.FromDays(1)), Open(_clock, TimeSpan.FromDays(1))];
        for (var round = 0; round < 10; round++)
        {
            _clock.Advance(TimeSpan.FromDays(3));
            await Task.WhenAll(nodes.Select(node => Task.Run(async () => await node.Ledger.PurgeAsync(None))));
        }

        await nodes[0].Ledger.PurgeAsync(None);
        (await PartitionsAsync()).Split(' ').Length.ShouldBeLessThanOrEqualTo(5);
    }

    Task<string> PartitionsAsync() => AskAsync<string>("SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'cambist.decisions'::regclass");
}
