using System.Diagnostics;

namespace Cambist.Reliability.Tests;

/// <summary>A node that dies takes nothing with it, and the other goes on.</summary>
public sealed class NodeKillTests(Database database)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AB_87_nodes_killed_while_they_issue_and_while_keys_rotate_lose_nothing_and_spend_nothing_twice()
    {
        await using var cluster = await Cluster.StartAsync(await database.Server.CreateDatabaseAsync());
        await using var load = Load.Start(cluster);
        await load.GrantAsync(0);
        for (var round = 0; round < 4; round++)
        {
            var (killed, other) = (round % 2, 1 - round % 2);
            var rotation = round >= 2 ? cluster.KeysAsync("rotate --now --reason drill") : null;
            await cluster.Nodes[killed].KillAsync();
            var goesOn = await load.GrantAsync(other);
            var restart = Stopwatch.StartNew();
            await cluster.Nodes[killed].RestartAsync(Cancellation);
            await load.GrantAsync(killed);
            Measured.Say("kill -9 of a node", $"the other one answers after {goesOn.Seconds()}; started again, it answers {restart.Elapsed.Seconds()} after its start");
            if (rotation is not null) (await rotation).ExitCode.ShouldBe(0, (await rotation).Error);
        }

        await using var store = Ledger.Open(cluster.Connection);
        Measured.Say("kill -9 of a node", await load.ReconcileAsync(store));
        (await cluster.GetAsync(0, "/jwks")).ShouldBe(await cluster.GetAsync(1, "/jwks"));
        (await cluster.IntrospectAsync(1, (await cluster.SignInAsync(0)).AccessToken)).Json["active"]!.GetValue<bool>().ShouldBeTrue();
    }
}
