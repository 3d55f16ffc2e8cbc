using System.Diagnostics;
using System.Globalization;

namespace Cambist.Reliability.Tests;

/// <summary>Load on two nodes, one of which is killed each second.</summary>
public sealed class SustainedTests(Database database)
{
    /// <summary>How long: <c>CAMBIST_SUSTAINED</c> seconds.</summary>
    static readonly TimeSpan Length = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("CAMBIST_SUSTAINED") ?? "30", CultureInfo.InvariantCulture));

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AB_87_a_kill_every_second_loses_no_entry_and_lets_nothing_be_used_twice()
    {
        await using var cluster = await Cluster.StartAsync(await database.Server.CreateDatabaseAsync());
        await using var load = Load.Start(cluster);
        await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));
        Task[] starts = [Task.CompletedTask, Task.CompletedTask];
        var (kills, late) = (0, 0);
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        for (var run = Stopwatch.StartNew(); run.Elapsed < Length; await second.WaitForNextTickAsync(Cancellation))
        {
            var node = kills % 2;
            if (!starts[node].IsCompleted) late++;
            await starts[node];
            await cluster.Nodes[node].KillAsync();
            kills++;
            starts[node] = cluster.Nodes[node].RestartAsync(Cancellation);
        }

        await Task.WhenAll(starts);
        await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));
        await using var store = Ledger.Open(cluster.Connection);
        Measured.Say($"{Length.TotalSeconds} s with a kill each second", $"{kills} kills ({late} had to wait for the node's start); {await load.ReconcileAsync(store)}");
        ((double)kills).ShouldBeGreaterThan(Length.TotalSeconds / 4);
    }
}
