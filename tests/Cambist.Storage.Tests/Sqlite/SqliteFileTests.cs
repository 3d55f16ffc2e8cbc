using System.Diagnostics;
using System.Runtime.Versioning;
using Cambist.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Cambist.Storage.Tests;

/// <summary>The store as a file: who may open it, what it looks like on disk, what survives.</summary>
public sealed class SqliteFileTests : IDisposable
{
    readonly TemporaryFolder _folder = new();
    readonly ManualClock _clock = new();

    static CancellationToken None => CancellationToken.None;

    string StorePath => _folder.File("cambist.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_committed_is_there_after_reopening_and_ids_go_on_rising()
    {
        DecisionId first;
        await using (var store = Open())
        {
            first = await CommitAsync(store, Some.Entry() with { Consumes = [Some.Key("k")], Stores = [Some.Token("t")] });
            await store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), None);
            await store.Keys.TryReplaceAsync(0, [new("kid", StoredKeyUse.Signing, "ES256", 1, 2, null, null, new byte[] { 1 })], null, None);
            await store.Registries.SaveActivatedAsync(new("r", "text", 1), None);
        }

        _clock.Advance(TimeSpan.FromDays(-1));
        await using var reopened = Open();

        (await reopened.Decisions.FindAsync(first, None)).ShouldNotBeNull();
        (await reopened.Tokens.FindAsync(Some.Hash("t"), None)).ShouldNotBeNull();
        (await reopened.Ledger.CommitAsync(Some.Entry() with { Consumes = [Some.Key("k")] }, None)).Status.ShouldBe(CommitStatus.AlreadyUsed);
        (await reopened.Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own("a.b")] }, None)).Status.ShouldBe(CommitStatus.Revoked);
        (await reopened.Keys.ReadAsync(None)).Keys.ShouldHaveSingleItem();
        (await reopened.Registries.FindLatestAsync(None)).ShouldNotBeNull();
        (await CommitAsync(reopened, Some.Entry())).ShouldBeGreaterThan(first);
    }

    [Fact]
    public async Task What_is_recorded_after_a_revocation_is_dated_after_it_over_a_restart_and_by_a_command_beside_the_server()
    {
        long at;
        await using (var store = Open()) at = (await store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "web"), None)).At;

        _clock.Advance(TimeSpan.FromDays(-1));
        await using var reopened = Open();
        (await CommitAsync(reopened, Some.Entry())).Milliseconds.ShouldBeGreaterThan(at);

        await using var beside = SqliteStore.Open(StorePath, _clock, new() { BesideServer = true });
        at = (await reopened.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "web"), None)).At;
        (await CommitAsync(beside, Some.Entry())).Milliseconds.ShouldBeGreaterThan(at);
        at = (await beside.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "other"), None)).At;
        (await CommitAsync(reopened, Some.Entry())).Milliseconds.ShouldBeGreaterThan(at);
    }

    [Fact]
    public async Task The_latest_expiry_is_remembered_over_a_restart()
    {
        var expiry = _clock.Milliseconds + 86_400_000;
        await using (var store = Open()) await CommitAsync(store, Some.Entry() with { ExpiresAt = expiry });

        await using var reopened = Open();

        (await reopened.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), None)).KeepUntil.ShouldBeGreaterThanOrEqualTo(expiry + 5 * 60_000);
    }

    [Fact]
    public async Task A_second_server_is_refused_and_told_who_has_the_store_and_let_in_afterwards()
    {
        var store = Open();

        Should.Throw<StoreUnavailableException>(Open).Message.ShouldContain($"process {Environment.ProcessId} ");
        await CommitAsync(store, Some.Entry());

        await store.DisposeAsync();
        await using var next = Open();
        await CommitAsync(next, Some.Entry());
    }

    [Fact]
    public async Task A_lock_file_that_a_dead_server_left_keeps_nobody_out()
    {
        File.WriteAllText(StorePath + ".lock", "");
        File.WriteAllText(StorePath + ".pid", "1 on elsewhere");

        await using var store = Open();

        Should.Throw<StoreUnavailableException>(Open).Message.ShouldContain($"process {Environment.ProcessId} ");
    }

    [Fact]
    public async Task One_file_under_two_names_has_one_lock()
    {
        await using var store = Open();
        File.CreateSymbolicLink(_folder.File("other.db"), StorePath);

        Should.Throw<StoreUnavailableException>(() => SqliteStore.Open(_folder.File("other.db"), _clock));
    }

    [Fact]
    public async Task Every_committed_entry_is_in_a_copy_taken_while_the_store_is_open()
    {
        await using var store = Open();
        var ids = new List<DecisionId>();
        for (var i = 0; i < 50; i++) ids.Add(await CommitAsync(store, Some.Entry()));

        // What a killed server leaves behind. Copied by another process: closing a database file here would drop SQLite's locks.
        var copy = Directory.CreateDirectory(_folder.File("copy")).FullName;
        using (var cp = Process.Start("cp", [StorePath, StorePath + "-wal", copy])) await cp.WaitForExitAsync(None);
        await using var left = SqliteStore.Open(Path.Combine(copy, "cambist.db"), _clock);

        (await left.Decisions.PageAsync(DecisionFilter.All, default, 100, None)).Select(e => e.Id).ShouldBe(ids.OrderDescending());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Only_the_owner_can_read_what_the_store_makes()
    {
        var path = _folder.File("new/deep/cambist.db");
        await using var store = SqliteStore.Open(path, _clock);
        await CommitAsync(store, Some.Entry());

        File.GetUnixFileMode(Path.GetDirectoryName(path)!).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in new[] { path, path + "-wal", path + "-shm", path + ".lock", path + ".pid" })
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
    }

    [Fact]
    public void The_writer_keeps_its_promises()
    {
        using (SqliteStore.OpenForWriting(Made())) { }
        using var database = SqliteStore.OpenForWriting(StorePath);

        database.Ask("PRAGMA journal_mode").ShouldBe("wal");
        database.Ask("PRAGMA synchronous").ShouldBe("2");
        database.Ask("PRAGMA foreign_keys").ShouldBe("1");
        database.Ask("PRAGMA trusted_schema").ShouldBe("0");
        database.AskNumber("PRAGMA busy_timeout").ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_store_that_cannot_have_a_wal_is_not_opened_and_the_server_lock_is_let_go()
    {
        Made();
        using (var other = Connect())
        {
            Execute(other, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
            Should.Throw<StoreUnavailableException>(Open);
        }

        await using var store = Open();
    }

    [Fact]
    public async Task A_store_of_version_1_is_brought_up_to_date_with_all_it_holds()
    {
        using (var old = Database.Open(Made(), readOnly: false))
        {
            Schema.Upgrade(old, StorePath, to: 1);
            old.Execute("INSERT INTO revocations VALUES (1, 'a', 5, 'old', 9999999999999)");
            old.AskNumber("PRAGMA user_version").ShouldBe(1);
        }

        await using (var store = Open())
        {
            (await store.Ledger.IsRevokedAsync(Some.Own("a"), None)).ShouldNotBeNull();
            (await store.Keys.ReadAsync(None)).Version.ShouldBe(0);
        }

        using var now = Database.Open(StorePath, readOnly: true);
        now.AskNumber("PRAGMA user_version").ShouldBe(Schema.Version);
    }

    [Fact]
    public async Task Keys_of_a_release_that_did_not_know_how_long_tokens_live_are_kept_a_day()
    {
        using (var old = Database.Open(Made(), readOnly: false))
        {
            Schema.Upgrade(old, StorePath, to: 2);
            old.Execute("INSERT INTO keys VALUES (0, 'kid', 1, 'ES256', 1, 2, 3, NULL, x'01')");
        }

        await using var store = Open();

        (await store.Keys.ReadAsync(None)).Keys.ShouldHaveSingleItem().LongestLife.ShouldBe(86_400_000);
    }

    [Fact]
    public async Task The_next_schema_is_served_and_any_later_one_refused()
    {
        await using (Open()) { }
        SetVersion(Schema.Version + 1);

        await using (var store = Open()) await CommitAsync(store, Some.Entry());

        SetVersion(Schema.Version + 2);
        var refusal = Should.Throw<StoreUnavailableException>(Open);
        refusal.Message.ShouldContain($"schema {Schema.Version + 2}");
        refusal.Message.ShouldContain("newer release");
    }

    [Fact]
    public void Somebody_elses_database_is_left_alone()
    {
        Made();
        using (var other = Connect()) Execute(other, "CREATE TABLE customers (name TEXT)");

        Should.Throw<StoreUnavailableException>(Open).Message.ShouldContain("not one of Cambist");

        using var after = Connect();
        Read(after, "SELECT group_concat(name) FROM sqlite_schema").ShouldBe("customers");
    }

    [Fact]
    public void A_file_that_is_no_database_is_unavailable()
    {
        File.WriteAllText(StorePath, new string('x', 10_000));

        Should.Throw<StoreUnavailableException>(Open);
        File.ReadAllText(StorePath).ShouldBe(new string('x', 10_000));
    }

    [Fact]
    public async Task Tokens_are_stored_by_hash_alone()
    {
        await using (Open()) { }
        using var connection = Connect();

        Read(connection, "SELECT group_concat(name) FROM pragma_table_info('stored_tokens')").ShouldBe("hash,kind,id,expires_at,content");
        Read(connection, "SELECT group_concat(name) FROM pragma_table_info('one_time_keys')").ShouldBe("key,kind,keep_until");
    }

    Store Open() => SqliteStore.Open(StorePath, _clock);

    string Made() => StoreFile.Prepare(StorePath);

    static async Task<DecisionId> CommitAsync(Store store, LedgerEntry entry)
    {
        var result = await store.Ledger.CommitAsync(entry, None);
        result.Status.ShouldBe(CommitStatus.Committed);
        return result.Id;
    }

    void SetVersion(int version)
    {
        using var connection = Connect();
        Execute(connection, $"PRAGMA user_version = {version}");
    }

    SqliteConnection Connect()
    {
        var connection = new SqliteConnection($"Data Source={StorePath};Pooling=False");
        connection.Open();
        return connection;
    }

    static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    static string? Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }
}
