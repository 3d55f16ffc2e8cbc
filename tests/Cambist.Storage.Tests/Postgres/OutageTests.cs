using System.Collections.Concurrent;
using System.Net.NetworkInformation;
using Cambist.Storage.Postgres;
using Cambist.Testing;
using Npgsql;

namespace Cambist.Storage.Tests.Postgres;

/// <summary>What happens while the database goes away: what was answered is kept, nobody waits for ever, and no restart is needed.</summary>
public sealed class OutageTests(PostgresDatabases databases) : PostgresNodes(databases)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Connections_that_are_cut_under_load_lose_no_answered_entry_and_leave_nobody_waiting()
    {
        Store[] nodes = [Open(), Open()];
        var load = new Load(nodes);

        for (var cut = 0; cut < 15; cut++)
        {
            await load.MoreAsync(200);
            await ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        }

        await load.MoreAsync(200);
        await load.EndAsync();

        load.Failures.ShouldNotBeEmpty("or nothing was cut");
        load.Failures.ShouldAllBe(e => e is StoreUnavailableException);
        await load.ShouldBeKeptAsync(nodes[0]);
    }

    [Fact]
    public async Task A_commit_whose_connection_is_cut_before_its_end_is_unavailable_and_not_tried_again()
    {
        var node = Open();
        var fence = await CloseFenceAsync();
        var commit = node.Ledger.CommitAsync(Some.Entry() with { Consumes = [Some.Key("k")] }, None).AsTask();
        await SomebodyWaitsAsync();
        await ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");

        await Should.ThrowAsync<StoreUnavailableException>(commit);

        await fence.CloseAsync();
        (await node.Ledger.CommitAsync(Some.Entry() with { Consumes = [Some.Key("k")] }, None)).Status.ShouldBe(CommitStatus.Committed);
        (await CountAsync("decisions")).ShouldBe(1);
    }

    [Fact]
    public async Task A_connection_that_is_found_broken_while_nobody_writes_is_replaced_before_the_next_entry()
    {
        await using var node = PostgresStore.Open(Connection + ";Keepalive=1", TimeProvider.System);
        await node.Ledger.CommitAsync(Some.Entry(), None);
        var port = await AskAsync<int>("SELECT client_port FROM pg_stat_activity WHERE datname = current_database() AND query = 'COMMIT'");
        await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE client_port = {port}");
        while (IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections().Any(c => c.LocalEndPoint.Port == port && c.RemoteEndPoint.Port == Server.Port)) await Task.Delay(5, Cancellation);

        (await node.Ledger.CommitAsync(Some.Entry(), None)).Status.ShouldBe(CommitStatus.Committed);
    }

    [Fact]
    public async Task A_connection_that_breaks_between_its_opening_and_its_first_statement_is_a_store_that_is_away()
    {
        await using var connections = new Connections(Connection);

        var read = connections.ReadAsync(
            ask =>
            {
                ask.Add("SELECT 1");
                ask.Connection!.Close(); // as its keepalive does that finds nobody at the other end
            },
            _ => Task.FromResult(true),
            Cancellation);

        await Should.ThrowAsync<StoreUnavailableException>(async () => await read);
    }

    [Fact]
    public async Task A_statement_that_fails_while_it_is_prepared_leaves_no_connection_out_of_step_to_the_next_who_runs_it()
    {
        await using var connections = new Connections(Connection);
        ValueTask<int> DivideByAsync(int divisor) => connections.ReadAsync(
            ask => ask.Add("SELECT 84 / $1").With(divisor), async row => await row.ReadAsync(Cancellation) ? row.GetInt32(0) : 0, Cancellation);

        (await DivideByAsync(2)).ShouldBe(42);
        await Should.ThrowAsync<LedgerEntryRejectedException>(async () => await DivideByAsync(0)); // the second time it is prepared, and then fails
        (await DivideByAsync(4)).ShouldBe(21);
    }

    [Fact]
    public async Task A_connection_on_which_anything_failed_is_never_used_again()
    {
        await using var connections = new Connections(Connection);
        ValueTask<int> SessionAsync() => connections.ReadAsync(ask => ask.Add("SELECT pg_backend_pid()"), async row => await row.ReadAsync(Cancellation) ? row.GetInt32(0) : 0, Cancellation);

        var session = await SessionAsync();
        (await SessionAsync()).ShouldBe(session);
        await Should.ThrowAsync<StoreUnavailableException>(() => connections.UseAsync(_ => throw new TimeoutException("whatever"), Cancellation));
        (await SessionAsync()).ShouldNotBe(session);
        while (await AskAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE pid = {session}") > 0) await Task.Delay(5, Cancellation);
    }

    [Fact]
    public async Task Where_no_time_out_is_set_whoever_finds_all_connections_in_use_waits_for_one()
    {
        await using var connections = new Connections($"{Connection};Timeout=0;Maximum Pool Size=2"); // one of them is the writer's
        var (isWorking, mayEnd) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = connections.UseAsync(
            async _ =>
            {
                isWorking.SetResult();
                await mayEnd.Task;
            },
            Cancellation);
        await isWorking.Task;

        var second = connections.UseAsync(_ => Task.CompletedTask, Cancellation);
        second.IsCompleted.ShouldBeFalse();
        mayEnd.SetResult();

        await first;
        await second;
    }

    [Fact]
    public void What_nobody_expected_of_a_connection_that_broke_is_a_store_that_is_away() =>
        PostgresFault.Of(new InvalidCastException("Received unexpected backend message DataRow."), isBroken: true).ShouldBeOfType<StoreUnavailableException>();

    [Theory]
    [InlineData("decisions")]
    [InlineData("revocations")]
    [InlineData("one_time_keys")]
    [InlineData("stored_tokens")]
    [InlineData("marks")]
    public async Task Health_says_no_while_a_table_that_a_commit_needs_is_locked(string table)
    {
        var node = Open();
        await node.Ledger.CheckAsync(None);
        await using var holder = new NpgsqlConnection(Connection + ";Pooling=false");
        await holder.OpenAsync(Cancellation);
        await using (var hold = new NpgsqlCommand($"BEGIN; LOCK TABLE cambist.{table} IN ACCESS EXCLUSIVE MODE", holder)) await hold.ExecuteNonQueryAsync(Cancellation);

        await Should.ThrowAsync<StoreUnavailableException>(async () => await node.Ledger.CheckAsync(None));

        await holder.CloseAsync();
        await node.Ledger.CheckAsync(None);
        (await CountAsync("decisions")).ShouldBe(0, "it leaves nothing");
    }

    [Fact]
    public async Task Health_says_no_where_the_role_may_not_write_what_a_commit_writes()
    {
        Open();
        var role = "reader_" + Guid.CreateVersion7().ToString("N");
        await ExecuteAsync($"CREATE ROLE {role} LOGIN PASSWORD 'p'; GRANT USAGE ON SCHEMA cambist TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA cambist TO {role}");
        await using var node = PostgresStore.Open(new NpgsqlConnectionStringBuilder(Connection) { Username = role, Password = "p" }.ConnectionString, TimeProvider.System, new() { MustExist = true });
        await node.Ledger.CheckAsync(None);

        foreach (var table in new[] { "decisions", "revocations", "one_time_keys", "stored_tokens", "marks" })
        {
            await ExecuteAsync($"REVOKE ALL ON cambist.{table} FROM {role}");
            (await Should.ThrowAsync<StoreUnavailableException>(async () => await node.Ledger.CheckAsync(None))).Message.ShouldContain($"permission denied for table {table}");
            await ExecuteAsync($"GRANT ALL ON cambist.{table} TO {role}");
        }

        await node.Ledger.CheckAsync(None);
    }

    [Fact]
    public async Task A_session_hears_warnings_whatever_the_database_says()
    {
        await ExecuteAsync($"ALTER DATABASE \"{new NpgsqlConnectionStringBuilder(Connection).Database}\" SET client_min_messages = error");
        await using var connections = new Connections(Connection);

        (await connections.ReadAsync(ask => ask.Add("SHOW client_min_messages"), async row => await row.ReadAsync(Cancellation) ? row.GetString(0) : "", Cancellation)).ShouldBe("warning");
    }

    [Fact]
    public async Task A_server_that_is_killed_and_started_again_has_all_that_was_answered_and_its_nodes_go_on_by_themselves()
    {
        await using var server = await PostgresServer.StartNewAsync();
        await using var node = PostgresStore.Open(server.ConnectionString(), TimeProvider.System);
        var load = new Load([node]);
        await load.MoreAsync(500);

        await server.KillAsync();
        await load.FailAsync();
        await Should.ThrowAsync<StoreUnavailableException>(async () => await node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), None).AsTask().WaitAsync(Patience));
        await Should.ThrowAsync<StoreUnavailableException>(async () => await node.Ledger.IsRevokedAsync(Some.Own("a"), None).AsTask().WaitAsync(Patience));
        await server.StartAsync();
        await load.MoreAsync(200);
        await load.EndAsync();

        load.Failures.ShouldAllBe(e => e is StoreUnavailableException);
        await load.ShouldBeKeptAsync(node);
    }

    [Fact]
    public async Task After_a_failover_a_node_finds_the_new_primary_with_all_that_was_answered_and_revoked()
    {
        await using var first = await PostgresServer.StartNewAsync();
        await using var second = await first.StartStandbyAsync();
        await first.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await first.ExecuteAsync("SELECT pg_reload_conf()");
        await using var node = PostgresStore.Open(first.ConnectionString(second), TimeProvider.System);
        var load = new Load([node]);
        await load.MoreAsync(300);
        await node.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), None);

        await first.KillAsync();
        await load.FailAsync();
        await second.PromoteAsync();
        await load.MoreAsync(200);
        await load.EndAsync();

        load.Failures.ShouldAllBe(e => e is StoreUnavailableException);
        await load.ShouldBeKeptAsync(node);
        (await node.Ledger.CommitAsync(Some.Entry() with { DependsOn = [Some.Own("a.b")] }, None)).Status.ShouldBe(CommitStatus.Revoked);
        (await node.Ledger.IsRevokedAsync(Some.Own("a"), None)).ShouldNotBeNull();

        await Should.ThrowAsync<StoreUnavailableException>(async () => await Task.Run(() => PostgresStore.Open(first.ConnectionString(), TimeProvider.System), Cancellation).WaitAsync(Patience, Cancellation));
    }

    [Fact]
    public async Task A_standby_is_no_store()
    {
        await using var first = await PostgresServer.StartNewAsync();
        await using var standby = await first.StartStandbyAsync();

        await Should.ThrowAsync<StoreUnavailableException>(async () => await Task.Run(() => PostgresStore.Open(standby.ConnectionString(), TimeProvider.System), Cancellation));
    }

    /// <summary>Callers who commit over and over, and what they were answered.</summary>
    sealed class Load
    {
        readonly ConcurrentBag<DecisionId> _answered = [];
        readonly Task[] _callers;
        volatile bool _ended;

        public Load(Store[] nodes) => _callers = [.. Enumerable.Range(0, 32).Select(i => Task.Run(() => CommitAsync(nodes[i % nodes.Length])))];

        public ConcurrentBag<Exception> Failures { get; } = [];

        public Task MoreAsync(int answers) => UntilAsync(() => _answered.Count, answers);

        public Task FailAsync() => UntilAsync(() => Failures.Count, 1);

        public async Task EndAsync()
        {
            _ended = true;
            await Task.WhenAll(_callers).WaitAsync(Patience);
        }

        public async Task ShouldBeKeptAsync(Store node)
        {
            var kept = (await node.Decisions.PageAsync(DecisionFilter.All, default, int.MaxValue, None)).Select(e => e.Id).ToHashSet();
            _answered.Count(id => !kept.Contains(id)).ShouldBe(0);
        }

        async Task CommitAsync(Store node)
        {
            while (!_ended)
            {
                try
                {
                    _answered.Add((await node.Ledger.CommitAsync(Some.Entry(), None)).Id);
                }
                catch (Exception e)
                {
                    Failures.Add(e);
                    await Task.Delay(5);
                }
            }
        }

        static async Task UntilAsync(Func<int> count, int more)
        {
            var target = count() + more;
            using var patience = new CancellationTokenSource(Patience);
            while (count() < target) await Task.Delay(5, patience.Token);
        }
    }
}
