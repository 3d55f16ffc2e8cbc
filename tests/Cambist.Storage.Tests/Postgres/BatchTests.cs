using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;

namespace Cambist.Storage.Tests.Postgres;

/// <summary>Batches of good and bad entries, in one transaction.</summary>
public sealed class BatchTests(PostgresDatabases databases) : PostgresNodes(databases)
{
    [Fact]
    public async Task Of_two_entries_with_one_key_in_a_batch_the_first_wins()
    {
        var node = Open();

        var results = await InOneBatchAsync(node, [With("a"), With("a", "b"), With("b")]);

        results.Select(r => r.Status).ShouldBe([CommitStatus.Committed, CommitStatus.AlreadyUsed, CommitStatus.Committed]);
        (await CountAsync("one_time_keys")).ShouldBe(2);
    }

    [Fact]
    public async Task A_key_that_a_refused_entry_of_the_same_batch_wanted_is_free()
    {
        var node = Open();
        await node.Ledger.CommitAsync(With("used"), None);
        await node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "revoked"), None);

        var results = await InOneBatchAsync(node, [With("used", "a"), With("b") with { DependsOn = [Some.Own("revoked.x")] }, With("a"), With("b"), With("a")]);

        results.Select(r => r.Status).ShouldBe([CommitStatus.AlreadyUsed, CommitStatus.Revoked, CommitStatus.Committed, CommitStatus.Committed, CommitStatus.AlreadyUsed]);
    }

    [Fact]
    public async Task An_entry_that_waits_for_the_fate_of_another_keeps_its_place_before_those_behind_it()
    {
        var node = Open();
        await node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "revoked"), None);

        var results = await InOneBatchAsync(node, [With("a") with { DependsOn = [Some.Own("revoked.x")] }, With("a", "b"), With("b", "c"), With("c")]);

        results.Select(r => r.Status).ShouldBe([CommitStatus.Revoked, CommitStatus.Committed, CommitStatus.AlreadyUsed, CommitStatus.Committed]);
    }

    [Fact]
    public async Task Batches_of_all_kinds_end_as_entries_one_by_one_do()
    {
        var node = Open();
        var model = MemoryStore.Create(TimeProvider.System);
        foreach (var store in new[] { node, model }) await store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "revoked"), None);
        var serial = 0;
        for (var round = 0; round < 20; round++)
        {
            var entries = Enumerable.Range(0, 60).Select(_ => Random(serial++)).ToList();

            var results = await InOneBatchAsync(node, entries);

            var expected = new List<CommitStatus>();
            foreach (var entry in entries) expected.Add((await model.Ledger.CommitAsync(entry, None)).Status);
            results.Select(r => r.Status == CommitStatus.Committed).ShouldBe(expected.Select(e => e == CommitStatus.Committed), $"round {round}");
            foreach (var (entry, result) in entries.Zip(results))
            {
                var stored = await node.Tokens.FindAsync(entry.Stores[0].Hash, None);
                (stored is not null).ShouldBe(result.Status == CommitStatus.Committed);
                if (result.Status == CommitStatus.Committed) (await node.Decisions.FindAsync(result.Id, None))!.Client.ShouldBe(entry.Client);
            }
        }
    }

    [Fact]
    public async Task A_batch_poisoned_by_one_entry_serves_the_others()
    {
        var node = Open();
        var poisoned = Some.Entry("bad") with { Consumes = [Some.Key("k")], Stores = [Some.Token("t") with { Hash = new byte[31] }] };
        var entries = Enumerable.Range(0, 100).Select(i => i == 37 ? poisoned : With("own" + i)).ToList();

        var commits = await StartInOneBatchAsync(node, entries);

        for (var i = 0; i < commits.Count; i++)
        {
            if (i == 37) await Should.ThrowAsync<LedgerEntryRejectedException>(commits[i]);
            else (await commits[i]).Status.ShouldBe(CommitStatus.Committed);
        }

        (await CountAsync("decisions")).ShouldBe(100, "99 and the first");
        (await node.Ledger.CommitAsync(With("k"), None)).Status.ShouldBe(CommitStatus.Committed);
    }

    [Fact]
    public async Task Two_nodes_with_many_keys_in_any_order_never_deadlock_and_spend_each_key_once()
    {
        Store[] nodes = [Open(), Open()];
        var orders = nodes.Select(_ => Enumerable.Range(0, 2400).ToArray()).ToArray(); // each node wants each key once, in an order of its own
        foreach (var order in orders) RandomNumberGenerator.Shuffle(order.AsSpan());
        var spent = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            var keys = orders[i % 2].Skip(i / 2 * 12).Take(12).ToArray();
            var result = await nodes[i % 2].Ledger.CommitAsync(Some.Entry() with { Consumes = [.. keys.Select(k => Some.Key("key" + k))] }, None);
            return result.Status == CommitStatus.Committed ? keys : [];
        })));

        var all = spent.SelectMany(keys => keys).ToList();
        all.Count.ShouldBeGreaterThan(0);
        all.Distinct().Count().ShouldBe(all.Count);
        (await CountAsync("one_time_keys")).ShouldBe(all.Count, "a refused entry leaves none of its keys behind");

        foreach (var node in nodes) await node.DisposeAsync();
        while (await AskAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") > 1) await Task.Delay(5, Cancellation); // then all is counted
        (await AskAsync<long>("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")).ShouldBe(0);
    }

    [Fact]
    public async Task Ids_are_unique_over_two_nodes_and_an_id_given_after_an_answer_is_higher()
    {
        Store[] nodes = [Open(), Open()];
        var all = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => Task.Run(async () => (await nodes[i % 2].Ledger.CommitAsync(Some.Entry(), None)).Id)));
        all.Distinct().Count().ShouldBe(1000);

        var reopened = Open();
        (await reopened.Ledger.CommitAsync(Some.Entry(), None)).Id.ShouldBeGreaterThan(all.Max());
    }

    [Fact]
    public async Task Of_two_nodes_that_replace_the_keys_one_wins_and_the_other_sees_it()
    {
        Store[] nodes = [Open(), Open()];
        var wins = await Task.WhenAll(nodes.Select((node, i) => Task.Run(async () => await node.Keys.TryReplaceAsync(
            0, [new("key" + i, StoredKeyUse.Signing, "ES256", 1, 2, null, null, new byte[] { 1 })], Some.AdminAct(), None))));

        wins.Count(won => won).ShouldBe(1);
        foreach (var node in nodes)
        {
            (await node.Keys.ReadVersionAsync(None)).ShouldBe(1);
            (await node.Keys.ReadAsync(None)).Keys.ShouldHaveSingleItem().KeyId.ShouldBe("key" + Array.IndexOf(wins, true));
        }

        (await CountAsync("decisions")).ShouldBe(1);
    }

    [Fact]
    public async Task Of_two_nodes_that_activate_a_revision_at_once_the_one_that_ended_last_has_the_latest()
    {
        var (one, other) = (Open(), Open());
        RegistryRevision again = new("aaaa", "issuer: a", 1), between = new("bbbb", "issuer: b", 2);
        await one.Registries.SaveActivatedAsync(again, None);
        await using var holder = new NpgsqlConnection(Connection + ";Pooling=false");
        await holder.OpenAsync(Cancellation);
        await using var hold = new NpgsqlCommand("BEGIN; SELECT FROM cambist.registry_revisions WHERE revision = 'aaaa' FOR UPDATE", holder);
        await hold.ExecuteNonQueryAsync(Cancellation);

        var waiting = one.Registries.SaveActivatedAsync(again with { ActivatedAt = 3 }, None).AsTask();
        await SomebodyWaitsAsync("transactionid"); // for the row, and so has no place yet
        await other.Registries.SaveActivatedAsync(between, None);
        hold.CommandText = "ROLLBACK";
        await hold.ExecuteNonQueryAsync(Cancellation);
        await waiting;

        (await other.Registries.FindLatestAsync(None)).ShouldBe(again with { ActivatedAt = 3 });
    }

    [Fact]
    public async Task Many_used_keys_in_a_batch_are_told_apart_from_the_fresh_ones()
    {
        var node = Open();
        var used = Enumerable.Range(0, 250).Select(i => With("used" + i)).ToList();
        await Task.WhenAll(used.Select(entry => node.Ledger.CommitAsync(entry, None).AsTask()));

        var results = await InOneBatchAsync(node, [.. used.SelectMany((entry, i) => new[] { entry, With("fresh" + i) })]);

        results.Select((result, i) => result.Status == (i % 2 == 0 ? CommitStatus.AlreadyUsed : CommitStatus.Committed)).ShouldAllBe(fits => fits);
    }

    [Fact]
    public async Task Replays_of_one_key_are_asked_about_once_and_leave_free_what_they_wanted_besides()
    {
        var node = Open();
        await node.Ledger.CommitAsync(With("used"), None);
        var database = new NpgsqlConnectionStringBuilder(Connection).Database;
        var (commands, free) = (0, Some.Key("free", OneTimeKeyKind.DpopProof));
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TagObjects.Any(tag => Equals(tag.Value, database)) && activity.TagObjects.Any(tag => tag.Value is string sql && sql.Contains("one_time_keys", StringComparison.Ordinal))) Interlocked.Increment(ref commands);
            },
        };
        ActivitySource.AddActivityListener(listener);

        var results = await InOneBatchAsync(node, [.. Enumerable.Range(0, 200).Select(_ => With("used") with { Consumes = [Some.Key("used"), free] }), Some.Entry() with { Consumes = [free] }]);

        results[..^1].ShouldAllBe(result => result.Status == CommitStatus.AlreadyUsed && result.UsedKey == OneTimeKeyKind.ClientAssertion);
        results[^1].Status.ShouldBe(CommitStatus.Committed);
        commands.ShouldBeInRange(1, 3);
    }

    static LedgerEntry With(params string[] keys) => Some.Entry("c" + string.Concat(keys)) with { Consumes = [.. keys.Select(k => Some.Key(k))] };

    static LedgerEntry Random(int serial) => Some.Entry("client" + serial) with
    {
        Consumes = [.. Enumerable.Range(0, RandomNumberGenerator.GetInt32(4)).Select(_ => Some.Key("shared" + RandomNumberGenerator.GetInt32(400)))],
        Stores = [Some.Token("token" + serial)],
        DependsOn = RandomNumberGenerator.GetInt32(6) == 0 ? [Some.Own("fine"), Some.Own("revoked.child")] : [Some.Own("fine.child")],
    };

    async Task<CommitResult[]> InOneBatchAsync(Store node, IReadOnlyList<LedgerEntry> entries) => await Task.WhenAll(await StartInOneBatchAsync(node, entries));

    /// <summary>While the writer waits with an entry of its own, the others queue; it takes them at once, in their order.</summary>
    async Task<List<Task<CommitResult>>> StartInOneBatchAsync(Store node, IReadOnlyList<LedgerEntry> entries)
    {
        await using var fence = await CloseFenceAsync();
        var first = node.Ledger.CommitAsync(Some.Entry(), None).AsTask();
        await SomebodyWaitsAsync();
        var commits = entries.Select(entry => node.Ledger.CommitAsync(entry, None).AsTask()).ToList();
        await fence.CloseAsync();
        (await first).Status.ShouldBe(CommitStatus.Committed);
        return commits;
    }
}
