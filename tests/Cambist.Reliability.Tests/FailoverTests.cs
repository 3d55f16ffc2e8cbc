using System.Diagnostics;
using System.Net;
using Cambist.Testing;
using Npgsql;

namespace Cambist.Reliability.Tests;

/// <summary>A primary with a synchronous standby.</summary>
public sealed class FailoverTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_standby_that_hangs_lets_nothing_be_granted_and_one_that_is_promoted_has_everything_that_was()
    {
        await using var primary = await PostgresServer.StartNewAsync();
        await using var standby = await primary.StartStandbyAsync();
        await primary.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await primary.ExecuteAsync("SELECT pg_reload_conf()");
        while (await AskAsync(primary, "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 0) await Task.Delay(20, Cancellation);

        var connection = primary.ConnectionString(standby);
        await using var cluster = await Cluster.StartAsync(connection);
        await using var load = Load.Start(cluster);
        await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));

        // PostgreSQL, told to wait no longer, answers COMMIT with success and a warning: nobody may get a token for it.
        await standby.PauseAsync();
        await load.SeeAsync("503 store_unavailable", 10);
        var granted = load.Answers["200"];
        await load.SeeAsync("503 store_unavailable", 10);
        load.Answers["200"].ShouldBe(granted, "granted what the standby does not have");
        await standby.ResumeAsync();
        var resumed = await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));
        Measured.Say("synchronous standby hung, then there again", $"both nodes answer after {resumed.Max().Seconds()}");

        await primary.KillAsync();
        var clock = Stopwatch.StartNew();
        await standby.PromoteAsync();
        var promoted = clock.Elapsed;
        var recovered = await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));
        Measured.Say("primary killed, standby promoted", $"promotion took {promoted.Seconds()}; both nodes answer {recovered.Max().Seconds()} after it");

        await using var store = Ledger.Open(standby.ConnectionString());
        Measured.Say("primary killed, standby promoted", await load.ReconcileAsync(store));
        (await cluster.SignInAsync(0)).Status.ShouldBe(HttpStatusCode.OK);
    }

    static async Task<long> AskAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString() + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }
}
