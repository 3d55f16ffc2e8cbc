namespace Cambist.Storage.Tests.Postgres;

/// <summary>Revocations and exchanges on two nodes at once.</summary>
public sealed class FenceTests(PostgresDatabases databases) : PostgresNodes(databases)
{
    [Fact]
    public async Task After_each_of_1000_revocations_was_answered_no_exchange_under_it_commits_on_either_node()
    {
        Store[] nodes = [Open(), Open()];
        var late = 0;
        var early = 0;
        await Task.WhenAll(Enumerable.Range(0, 10).Select(worker => Task.Run(async () =>
        {
            for (var round = 0; round < 100; round++)
            {
                var id = $"root{worker}-{round}";
                var answered = 0;
                var exchanges = nodes.Select(node => Task.Run(async () =>
                {
                    for (var i = 0; i < 3; i++)
                    {
                        var wasAnswered = Volatile.Read(ref answered) == 1;
                        var result = await node.Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own(id + ".child")] }, None);
                        if (result.Status == CommitStatus.Committed) Interlocked.Increment(ref wasAnswered ? ref late : ref early);
                    }
                })).ToArray();
                await nodes[round % 2].Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, id), None);
                Volatile.Write(ref answered, 1);
                (await nodes[(round + 1) % 2].Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own(id)] }, None)).Status.ShouldBe(CommitStatus.Revoked);
                await Task.WhenAll(exchanges);
            }
        })));

        late.ShouldBe(0);
        early.ShouldBeGreaterThan(0, "or nothing raced");
    }

    [Fact]
    public async Task A_commit_that_waited_for_a_revocation_sees_it()
    {
        var node = Open();
        await node.Ledger.CommitAsync(Some.Entry(), None);
        await using var fence = await CloseFenceAsync();
        var commit = node.Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own("a.b")] }, None).AsTask();
        await SomebodyWaitsAsync();

        await using (var revoke = new Npgsql.NpgsqlCommand("INSERT INTO cambist.revocations VALUES (1, 'a', 1, 'x', 9223372036854775807); COMMIT", fence))
            await revoke.ExecuteNonQueryAsync(Cancellation);

        (await commit).Status.ShouldBe(CommitStatus.Revoked);
    }

    [Fact]
    public async Task A_revocation_is_answered_only_after_every_commit_that_did_not_see_it_has_ended()
    {
        Store[] nodes = [Open(), Open()];
        await using var holder = new Npgsql.NpgsqlConnection(Connection + ";Pooling=false");
        await holder.OpenAsync(Cancellation);
        await using var hold = new Npgsql.NpgsqlCommand($"BEGIN; INSERT INTO cambist.one_time_keys VALUES ('\\x{Convert.ToHexString(Some.Hash("k"))}', 2, 0)", holder);
        await hold.ExecuteNonQueryAsync(Cancellation);
        var commit = nodes[0].Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own("a.b")], Consumes = [Some.Key("k")] }, None).AsTask();
        await SomebodyWaitsAsync("transactionid"); // for the key: it has looked for revocations and found none

        var revocation = nodes[1].Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), None).AsTask();
        await Task.WhenAny(revocation, SomebodyWaitsAsync());
        revocation.IsCompleted.ShouldBeFalse();
        hold.CommandText = "ROLLBACK";
        await hold.ExecuteNonQueryAsync(Cancellation);

        var committed = await commit;
        committed.Status.ShouldBe(CommitStatus.Committed);
        (await revocation).At.ShouldBeGreaterThanOrEqualTo(committed.Id.Milliseconds);
        (await nodes[0].Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own("a.b")] }, None)).Status.ShouldBe(CommitStatus.Revoked);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(120)]
    [InlineData(-50)]
    public async Task What_was_recorded_before_a_revocation_is_dated_before_it_and_what_comes_after_it_later_whatever_the_clocks_of_the_nodes(int secondsAhead)
    {
        var other = await OpenWithClockAsync(TimeSpan.FromSeconds(secondsAhead));
        var here = Open();
        for (var round = 0; round < 20; round++)
        {
            var before = await Task.WhenAll(CommitAsync(other), CommitAsync(here));
            var now = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            var at = (await here.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Subject, "alice"), None)).At;
            var after = await Task.WhenAll(CommitAsync(other), CommitAsync(here));

            before.Max(id => id.Milliseconds).ShouldBeLessThanOrEqualTo(at);
            after.Min(id => id.Milliseconds).ShouldBeGreaterThan(at);
            at.ShouldBeLessThan(now.AddSeconds(30).ToUnixTimeMilliseconds(), "it reaches nothing that is issued later");
        }
    }

    [Fact]
    public async Task A_node_whose_clock_is_far_ahead_of_the_databases_issues_nothing()
    {
        var ahead = await OpenWithClockAsync(TimeSpan.FromMinutes(10));

        await RecordsNothingAsync(ahead, "ahead of the database's");
        (await Should.ThrowAsync<StoreUnavailableException>(async () => await ahead.Ledger.CheckAsync(None))).Message.ShouldContain("ahead of the database's", customMessage: "health says so, too");
    }

    [Fact]
    public async Task A_node_whose_clock_is_far_behind_the_databases_issues_nothing_and_calls_nothing_active()
    {
        var behind = await OpenWithClockAsync(TimeSpan.FromMinutes(-2));

        await RecordsNothingAsync(behind, "behind the database's");
        (await Should.ThrowAsync<StoreUnavailableException>(async () => await behind.Ledger.IsRevokedAsync(Some.Own("a"), None))).Message.ShouldContain("behind the database's");
    }

    /// <summary>Where a commit is refused it leaves no entry, no token, and no key spent; also where something else of it would have been refused.</summary>
    async Task RecordsNothingAsync(Store node, string why)
    {
        await Open().Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "revoked"), None);
        var entry = Some.Entry() with { Consumes = [Some.Key("k")], Stores = [Some.Token("t")], DependsOn = [Some.Own("fine")] };
        foreach (var one in new[] { entry, entry with { DependsOn = [Some.Own("revoked")] } })
            (await Should.ThrowAsync<StoreUnavailableException>(async () => await node.Ledger.CommitAsync(one, None))).Message.ShouldContain(why);
        (await Should.ThrowAsync<StoreUnavailableException>(async () => await node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), Some.AdminAct(), None))).Message.ShouldContain(why);

        foreach (var table in new[] { "decisions", "one_time_keys", "stored_tokens", "revocations WHERE value <> 'revoked'" }) (await CountAsync(table)).ShouldBe(0, table);
    }

    [Fact]
    public async Task A_revocation_of_what_no_token_can_be_named_is_refused_without_waiting_for_the_fence()
    {
        var node = Open();
        await using var fence = await CloseFenceAsync();
        var random = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(4000)); // what repeats itself an index would hold

        await Should.ThrowAsync<LedgerEntryRejectedException>(async () => await node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Subject, random), None));
    }

    [Fact]
    public async Task A_revocation_on_one_node_is_seen_on_the_other_at_once()
    {
        var (one, other) = (Open(), Open());
        var revoked = await one.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "web"), None);

        (await other.Ledger.IsRevokedAsync(Some.Own("a", issuedAt: revoked.At), None)).ShouldBe(revoked);
    }

    [Fact]
    public async Task Revocations_with_entries_that_want_the_same_key_are_decided_one_after_the_other()
    {
        var node = Open();
        await using (await CloseFenceAsync())
        {
            _ = node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "first"), None).AsTask();
            await SomebodyWaitsAsync();
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i =>
            node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "id" + i), Some.AdminAct() with { Consumes = [Some.Key("k")] }, None).AsTask()));

        answers.Count(a => a is not null).ShouldBe(1);
        (await CountAsync("revocations WHERE value <> 'first'")).ShouldBe(1);
    }

    static async Task<DecisionId> CommitAsync(Store store) => (await store.Ledger.CommitAsync(Some.Entry(), None)).Id;
}
