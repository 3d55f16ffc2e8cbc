using Cambist.Storage.Sqlite;

namespace Cambist.Storage.Tests;

/// <summary>Contract §9: how long entries, one-time keys, stored tokens and revocations stay, and that they go.</summary>
public sealed class SqlitePurgeTests : IDisposable
{
    const long Day = 86_400_000;

    readonly TemporaryFolder _folder = new();
    readonly ManualClock _clock = new();

    static CancellationToken None => CancellationToken.None;

    string StorePath => _folder.File("cambist.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_has_had_its_time_is_removed_bit_by_bit_and_nothing_else()
    {
        await using var store = SqliteStore.Open(StorePath, _clock, new() { AuditRetention = TimeSpan.FromDays(1) });
        var old = await CommitAsync(store, Some.Entry("old"));
        var soon = _clock.Milliseconds + 1000;
        var late = _clock.Milliseconds + 100L * 86_400_000;
        for (var i = 0; i < 300; i++)
        {
            await CommitAsync(store, Some.Entry("old") with { Consumes = [Some.Key("short" + i, keepUntil: soon)], Stores = [Some.Token("short" + i, expiresAt: soon)] });
            await CommitAsync(store, Some.Entry("old") with { Consumes = [Some.Key("long" + i, keepUntil: late)], Stores = [Some.Token("long" + i, expiresAt: late)] });
        }

        await store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "kept", late), None);

        _clock.Advance(TimeSpan.FromDays(2));
        for (var i = 0; i < 256; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await CommitAsync(store, Some.Entry("new"));
        }

        using var database = Database.Open(StorePath, readOnly: true);
        database.AskNumber("SELECT count(*) FROM one_time_keys").ShouldBe(300);
        database.AskNumber("SELECT count(*) FROM stored_tokens").ShouldBe(300);
        (await store.Tokens.FindAsync(Some.Hash("long7"), None)).ShouldNotBeNull();
        (await store.Ledger.IsRevokedAsync(Some.Own("kept"), None)).ShouldNotBeNull();
        (await store.Decisions.FindAsync(old, None)).ShouldBeNull();
        (await store.Decisions.PageAsync(DecisionFilter.All, default, 1000, None)).Select(e => e.Client).ShouldBe(Enumerable.Repeat("new", 256));

        // The revocation outlives all that was recorded before it; then it goes too.
        _clock.Milliseconds = late + 86_400_000;
        for (var i = 0; i < 256; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await CommitAsync(store, Some.Entry("new"));
        }

        (await store.Ledger.IsRevokedAsync(Some.Own("kept"), None)).ShouldBeNull();
    }

    [Fact]
    public async Task Without_a_retention_entries_stay()
    {
        await using var store = SqliteStore.Open(StorePath, _clock);
        var old = await CommitAsync(store, Some.Entry());
        _clock.Advance(TimeSpan.FromDays(10_000));
        await CommitAsync(store, Some.Entry());
        _clock.Advance(TimeSpan.FromDays(10_000));
        await CommitAsync(store, Some.Entry());

        (await store.Decisions.FindAsync(old, None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task However_fast_it_is_written_old_entries_and_keys_go_faster_than_new_ones_come()
    {
        await using var store = SqliteStore.Open(StorePath, _clock, new() { AuditRetention = TimeSpan.FromDays(1) });
        for (var i = 0; i < 300; i++) await CommitAsync(store, Spending("old" + i, _clock.Milliseconds + 1000));
        _clock.Advance(TimeSpan.FromDays(2));

        for (var i = 0; i < 200; i++) await CommitAsync(store, Spending("new" + i, _clock.Milliseconds + Day)); // within one second

        Count("decisions").ShouldBe(200);
        Count("one_time_keys").ShouldBeInRange(200, 250, "four are looked at for each that is added");
    }

    [Fact]
    public async Task A_store_to_which_nobody_writes_is_emptied_too()
    {
        await using var store = SqliteStore.Open(StorePath, _clock, new() { AuditRetention = TimeSpan.FromDays(1) });
        var soon = _clock.Milliseconds + 1000;
        await Task.WhenAll(Enumerable.Range(0, 3000).Select(i => CommitAsync(store, Spending("k" + i, soon) with { Stores = [Some.Token("t" + i, expiresAt: soon)] })));
        await store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "web"), None);
        await store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a.b"), None);
        await store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Subject, "alice"), None);
        _clock.Advance(TimeSpan.FromDays(2));

        for (var i = 0; i < 8; i++) await store.Ledger.PurgeAsync(None);

        (Count("decisions"), Count("one_time_keys"), Count("stored_tokens")).ShouldBe((0, 0, 0));
        Count("revocations").ShouldBe(1, "that of a subject stays");
        (await store.Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own("a.b")] }, None)).Status.ShouldBe(CommitStatus.Revoked);
        (await store.Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own("a.b", subject: "bob")] }, None)).Status.ShouldBe(CommitStatus.Committed);
    }

    [Fact]
    public async Task What_still_matters_is_never_removed_however_often_it_is_looked_at()
    {
        await using var store = SqliteStore.Open(StorePath, _clock, new() { AuditRetention = TimeSpan.FromDays(1) });
        var until = _clock.Milliseconds + 60_000;
        await CommitAsync(store, Spending("k", until) with { Stores = [Some.Token("t", expiresAt: until)], ExpiresAt = until });
        await store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a.b"), None);

        _clock.Milliseconds = until + (5 * 60_000);
        for (var i = 0; i < 4; i++) await store.Ledger.PurgeAsync(None);

        (Count("decisions"), Count("one_time_keys"), Count("stored_tokens"), Count("revocations")).ShouldBe((1, 1, 1, 1));
        _clock.Milliseconds = until + (2 * 3_600_000);
        for (var i = 0; i < 4; i++) await store.Ledger.PurgeAsync(None);
        (Count("decisions"), Count("one_time_keys"), Count("stored_tokens"), Count("revocations")).ShouldBe((1, 0, 0, 0));
    }

    [Fact]
    public async Task A_step_looks_at_a_few_rows_however_many_there_are()
    {
        var soon = _clock.Milliseconds + 1000;
        await using (var store = SqliteStore.Open(StorePath, _clock))
            await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => CommitAsync(store, Spending("k" + i, soon))));
        using var database = Database.Open(StorePath, readOnly: false);
        var sweep = Sweeps.OneTimeKeys(database);

        var removed = new List<int>();
        while (Count("one_time_keys") > 0) removed.Add(sweep.Step(100, soon + Day));

        removed.Max().ShouldBe(100);
        removed.Sum().ShouldBe(2000);
    }

    [Fact]
    public async Task The_file_stops_growing_when_as_much_goes_as_comes()
    {
        await using var store = SqliteStore.Open(StorePath, _clock, new() { AuditRetention = TimeSpan.FromDays(10) });
        var sizes = new List<long>();
        for (var day = 0; day < 60; day++)
        {
            for (var hour = 0; hour < 6; hour++)
            {
                _clock.Advance(TimeSpan.FromHours(4));
                var name = $"{day}-{hour}-";
                await Task.WhenAll(Enumerable.Range(0, 60).Select(i => CommitAsync(
                    store, Spending(name + i, _clock.Milliseconds + 600_000) with { Trace = new('x', 500), Stores = [Some.Token(name + i, expiresAt: _clock.Milliseconds + 600_000)] })));
            }

            sizes.Add(Pages());
        }

        Count("decisions").ShouldBeGreaterThan(0);
        sizes[59].ShouldBeLessThan(sizes[29] * 11 / 10, $"pages a day: {string.Join(' ', sizes)}");
        sizes[29].ShouldBeGreaterThan(sizes[4]);
    }

    static LedgerEntry Spending(string key, long keepUntil) => Some.Entry() with { Consumes = [Some.Key(key, keepUntil: keepUntil)] };

    long Count(string table) => Ask($"SELECT count(*) FROM {table}");

    long Pages() => Ask("PRAGMA page_count");

    long Ask(string sql)
    {
        using var database = Database.Open(StorePath, readOnly: true);
        return database.AskNumber(sql);
    }

    static async Task<DecisionId> CommitAsync(Store store, LedgerEntry entry)
    {
        var result = await store.Ledger.CommitAsync(entry, None);
        result.Status.ShouldBe(CommitStatus.Committed);
        return result.Id;
    }
}
