using System.Net;
using Cambist.Testing;

namespace Cambist.Reliability.Tests;

/// <summary>PostgreSQL goes away under load, in several ways, and comes back; the nodes are not started again.</summary>
public sealed class DatabaseTests(Database database)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("stopped")]
    [InlineData("killed")]
    [InlineData("hung")]
    public async Task While_it_is_away_all_is_503_and_when_it_is_back_every_node_goes_on(string how)
    {
        var server = database.Server;
        await using var cluster = await Cluster.StartAsync(await server.CreateDatabaseAsync());
        var token = (await cluster.SignInAsync(0)).AccessToken;
        await using var load = Load.Start(cluster);
        await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));

        await (how switch { "stopped" => server.StopAsync(), "killed" => server.KillAsync(), _ => server.PauseAsync() });
        await load.SeeAsync("503 store_unavailable", 10);
        foreach (var node in new[] { 0, 1 })
        {
            foreach (var answer in new[] { await cluster.IntrospectAsync(node, token), await cluster.SendAsync(node, "/revoke", "web", [("token", token)]), await cluster.SignInAsync(node, audience: "mail") })
            {
                answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, answer.Body);
                answer.Headers.RetryAfter.ShouldNotBeNull();
                answer.Reason.ShouldBe("store_unavailable");
            }

            (await cluster.GetAsync(node, "/jwks")).ShouldContain("\"kid\"");
        }

        await (how == "hung" ? server.ResumeAsync() : server.StartAsync());
        var recovered = await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));
        Measured.Say($"PostgreSQL {how}, then there again", $"both nodes answer after {recovered.Max().Seconds()}");

        await using var store = Ledger.Open(cluster.Connection);
        Measured.Say($"PostgreSQL {how}", await load.ReconcileAsync(store));
    }

    [Fact]
    public async Task Connections_cut_during_COMMIT_lose_no_entry_and_give_no_key_back()
    {
        await using var network = new DatabaseProxy(database.Server.Port);
        var connection = await database.Server.CreateDatabaseAsync();
        await using var cluster = await Cluster.StartAsync(connection, environment: node => node == 0 ? new() { ["CAMBIST__STORAGE"] = network.Through(connection) } : []);
        await using var load = Load.Start(cluster);
        network.CutCommits(every: 5);
        while (network.Cuts < 60) await Task.Delay(20, Cancellation);
        network.CutCommits(0);
        var recovered = await load.GrantAsync(0);
        load.Answers.Keys.ShouldContain("503 store_unavailable");

        await using var store = Ledger.Open(connection);
        var counts = await load.ReconcileAsync(store);
        Measured.Say("connection cut during COMMIT", $"{network.Cuts} times; the node answers after {recovered.Seconds()}; {counts}");
        (await Ledger.IssuedAsync(store)).Ids.Count.ShouldBeGreaterThan(load.Received.Count, "some were committed and nobody was told");
    }

    [Fact]
    public async Task Sessions_ended_by_the_database_again_and_again_lose_nothing()
    {
        var connection = await database.Server.CreateDatabaseAsync();
        await using var cluster = await Cluster.StartAsync(connection);
        await using var load = Load.Start(cluster);
        for (var round = 0; round < 20; round++)
        {
            await load.GrantAsync();
            await database.Server.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cambist'");
        }

        var recovered = await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));
        await using var store = Ledger.Open(connection);
        Measured.Say("sessions ended by PostgreSQL", $"20 times; both nodes answer after {recovered.Max().Seconds()}; {await load.ReconcileAsync(store)}");
    }

    [Fact]
    public async Task AB_88_a_node_that_is_cut_off_from_the_store_refuses_whatever_needs_it_while_the_other_goes_on()
    {
        await using var network = new DatabaseProxy(database.Server.Port);
        var connection = await database.Server.CreateDatabaseAsync();
        await using var cluster = await Cluster.StartAsync(connection, environment: node => node == 0 ? new() { ["CAMBIST__STORAGE"] = network.Through(connection) } : []);
        var (token, once) = ((await cluster.SignInAsync(0)).AccessToken, cluster.IdToken());
        (await cluster.SignInAsync(1, once, "reports")).Status.ShouldBe(HttpStatusCode.OK);
        await using var load = Load.Start(cluster);
        await load.GrantAsync(0);

        network.Part();
        // A transaction that was under way on the node holds the fence until the database has noticed; then a revocation passes.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Answer revoked;
        while ((revoked = await cluster.SendAsync(1, "/revoke", "web", [("token", token)])).Status != HttpStatusCode.OK)
        {
            revoked.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, revoked.Body);
            clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
        }

        var passed = clock.Elapsed;
        foreach (var answer in await Task.WhenAll(cluster.IntrospectAsync(0, token), cluster.GoOnAsync(0, token), cluster.SignInAsync(0, once, "reports")))
        {
            answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, answer.Body);
            answer.Headers.RetryAfter.ShouldNotBeNull();
        }

        var goesOn = await load.GrantAsync(1);
        network.Heal();
        var recovered = await load.GrantAsync(0);
        (await cluster.IntrospectAsync(0, token)).Body.ShouldBe("""{"active":false}""");
        (await cluster.GoOnAsync(0, token)).Reason.ShouldBe("subject_revoked");
        (await cluster.SignInAsync(0, once, "reports")).Reason.ShouldBe("once_used_up");
        await using var store = Ledger.Open(connection);
        Measured.Say("a node cut off from PostgreSQL", $"the other one answers after {goesOn.Seconds()}, and a revocation there after {passed.Seconds()}; once the network is back, the node answers after {recovered.Seconds()}; {await load.ReconcileAsync(store)}");
    }
}
