using Cambist.Storage.Sqlite;

namespace Cambist.Storage.Tests;

/// <summary>What the writer does when others write too, when data is bad, when the disk is full, and in the long run.</summary>
public sealed class SqliteWriterTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ManualClock _clock = new();

    static CancellationToken None => CancellationToken.None;

    string StorePath => _folder.File("cambist.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_command_beside_the_server_is_seen_by_its_next_batch()
    {
        await using var server = SqliteStore.Open(StorePath, _clock);
        await using var command = SqliteStore.Open(StorePath, _clock, new() { BesideServer = true });
        foreach (var id in new[] { "a", "b", "c" })
        {
            await CommitAsync(server, Some.Entry() with { DependsOn = [Some.Own(id)] });

            await command.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, id), None);

            (await server.Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own(id)] }, None)).Status.ShouldBe(CommitStatus.Revoked);
        }

        await command.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "web"), None);
        (await server.Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own("d")] }, None)).Status.ShouldBe(CommitStatus.Revoked);
    }

    [Fact]
    public async Task A_look_at_the_store_is_one_of_the_writers_and_changes_nothing()
    {
        await using var server = SqliteStore.Open(StorePath, _clock, new() { AuditRetention = TimeSpan.FromDays(1) });
        await CommitAsync(server, Some.Entry() with { Consumes = [Some.Key("k", keepUntil: _clock.Milliseconds)] });
        _clock.Advance(TimeSpan.FromDays(3));
        using (var reader = Database.Open(StorePath, readOnly: true))
        {
            var before = reader.AskNumber("PRAGMA data_version");
            await server.Ledger.CheckAsync(None);
            reader.AskNumber("PRAGMA data_version").ShouldBe(before, "what is due is purged by others");
            await server.Ledger.PurgeAsync(None);
            reader.AskNumber("PRAGMA data_version").ShouldNotBe(before, "or nothing was due");
        }

        using var other = Database.Open(StorePath, readOnly: false);
        other.Execute("BEGIN IMMEDIATE");
        await Should.ThrowAsync<StoreUnavailableException>(async () => await server.Ledger.CheckAsync(None));
    }

    [Fact]
    public async Task Ids_rise_strictly_over_the_server_and_a_command_beside_it()
    {
        await using var server = SqliteStore.Open(StorePath, _clock);
        await using var command = SqliteStore.Open(StorePath, _clock, new() { BesideServer = true });
        var ids = new List<DecisionId>();
        for (var i = 0; i < 40; i++) ids.Add(await CommitAsync(i % 3 == 0 ? command : server, Some.Entry()));

        ids.Zip(ids.Skip(1)).ShouldAllBe(pair => pair.First < pair.Second);
        (await server.Decisions.PageAsync(DecisionFilter.All, default, 100, None)).Select(e => e.Id).ShouldBe(Enumerable.Reverse(ids));
    }

    [Fact]
    public async Task Two_writers_at_once_lose_nothing_and_spend_a_key_once()
    {
        await using var server = SqliteStore.Open(StorePath, _clock);
        await using var command = SqliteStore.Open(StorePath, _clock, new() { BesideServer = true });

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
            await (i % 2 == 0 ? server : command).Ledger.CommitAsync(Some.Entry() with { Consumes = [Some.Key("key" + i / 2)] }, None))));

        results.Count(r => r.Status == CommitStatus.Committed).ShouldBe(100);
        (await server.Decisions.PageAsync(DecisionFilter.All, default, 1000, None)).Select(e => e.Id)
            .ShouldBe(results.Where(r => r.Status == CommitStatus.Committed).Select(r => r.Id).OrderDescending());
    }

    [Fact]
    public async Task The_expiry_that_a_command_recorded_counts_for_the_servers_revocations()
    {
        await using var server = SqliteStore.Open(StorePath, _clock);
        await CommitAsync(server, Some.Entry());
        await using var command = SqliteStore.Open(StorePath, _clock, new() { BesideServer = true });
        await CommitAsync(command, Some.Entry() with { ExpiresAt = _clock.Milliseconds + 1_000_000_000 });

        (await server.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), None)).KeepUntil.ShouldBeGreaterThan(_clock.Milliseconds + 1_000_000_000);
    }

    [Fact]
    public async Task An_entry_that_the_schema_refuses_is_rejected_alone_out_of_its_batch()
    {
        await using var store = SqliteStore.Open(StorePath, _clock);
        var bad = Some.Token("bad") with { Hash = new byte[31] };

        var commits = Enumerable.Range(0, 200)
            .Select(i => store.Ledger.CommitAsync(Some.Entry() with { Consumes = [Some.Key("k" + i)], Stores = [i % 50 == 7 ? bad : Some.Token("t" + i)] }, None).AsTask())
            .ToArray();

        for (var i = 0; i < commits.Length; i++)
        {
            if (i % 50 == 7) await Should.ThrowAsync<LedgerEntryRejectedException>(commits[i]);
            else (await commits[i]).Status.ShouldBe(CommitStatus.Committed);
        }

        (await store.Decisions.PageAsync(DecisionFilter.All, default, 1000, None)).Count.ShouldBe(196);
        await CommitAsync(store, Some.Entry() with { Consumes = [Some.Key("k7")] });
    }

    [Fact]
    public async Task An_entry_beyond_the_size_limit_is_rejected_alone()
    {
        await using var store = SqliteStore.Open(StorePath, _clock);

        var large = store.Ledger.CommitAsync(Some.Entry() with { Trace = new('x', 300_000) }, None).AsTask();
        var small = store.Ledger.CommitAsync(Some.Entry() with { Trace = new('x', 200_000) }, None).AsTask();

        await Should.ThrowAsync<LedgerEntryRejectedException>(large);
        (await store.Decisions.FindAsync((await small).Id, None))!.Trace!.Length.ShouldBe(200_000);
    }

    [Fact]
    public async Task A_full_disk_makes_the_store_unavailable_and_it_serves_again_when_there_is_room()
    {
        using var database = SqliteStore.OpenForWriting(StoreFile.Prepare(StorePath));
        using var checkpoints = new Checkpoints(StorePath);
        await using var commits = new GroupCommit(new LedgerWriter(database, _clock, null, checkpoints), new(_clock));
        await commits.CommitAsync(Some.Entry(), None);
        await commits.RunAsync(_ => database.AskNumber("PRAGMA max_page_count = 1"), None); // SQLite keeps it at what is in use

        await Should.ThrowAsync<StoreUnavailableException>(async () =>
            await commits.CommitAsync(Some.Entry() with { Trace = new('x', 100_000), Consumes = [Some.Key("k")] }, None));

        await commits.RunAsync(_ => database.AskNumber("PRAGMA max_page_count = 1000000"), None);
        (await commits.CommitAsync(Some.Entry() with { Trace = new('x', 100_000), Consumes = [Some.Key("k")] }, None)).Status.ShouldBe(CommitStatus.Committed);
    }

    [Fact]
    public async Task A_checkpoint_that_fails_says_nothing_of_the_batch_before_it()
    {
        using var checkpoints = new Checkpoints(StorePath);
        var database = SqliteStore.OpenForWriting(StoreFile.Prepare(StorePath));
        database.Dispose();
        for (var i = 0; i < 100; i++)
        {
            checkpoints.AfterCommit(database, 8 * 1024 * 1024); // else the batch, which is on disk, would be written again
            await Task.Delay(10);
        }
    }

    [Fact]
    public async Task A_database_that_another_process_keeps_locked_is_unavailable_until_it_lets_go()
    {
        using var database = SqliteStore.OpenForWriting(StoreFile.Prepare(StorePath));
        database.Execute("PRAGMA busy_timeout = 0");
        using var checkpoints = new Checkpoints(StorePath);
        await using var commits = new GroupCommit(new LedgerWriter(database, _clock, null, checkpoints), new(_clock));
        using var other = Database.Open(StorePath, readOnly: false);
        other.Execute("BEGIN IMMEDIATE");

        await Should.ThrowAsync<StoreUnavailableException>(async () => await commits.CommitAsync(Some.Entry(), None));

        other.Execute("COMMIT");
        (await commits.CommitAsync(Some.Entry(), None)).Status.ShouldBe(CommitStatus.Committed);
    }

    [Fact]
    public async Task The_wal_stays_short_however_much_is_written()
    {
        await using var store = SqliteStore.Open(StorePath, _clock);
        for (var i = 0; i < 400; i++) await CommitAsync(store, Some.Entry() with { Trace = new('x', 200_000) });

        new FileInfo(StorePath + "-wal").Length.ShouldBeLessThan(32 * 1024 * 1024);
        new FileInfo(StorePath).Length.ShouldBeGreaterThan(40 * 1024 * 1024);
    }

    static async Task<DecisionId> CommitAsync(Store store, LedgerEntry entry)
    {
        var result = await store.Ledger.CommitAsync(entry, None);
        result.Status.ShouldBe(CommitStatus.Committed);
        return result.Id;
    }
}
