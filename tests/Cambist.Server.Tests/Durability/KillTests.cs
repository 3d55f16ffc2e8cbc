using Cambist.Storage.Sqlite;
using Cambist.Testing;

namespace Cambist.Server.Tests.Durability;

/// <summary>Whoever holds a token can be sure that its entry is in the ledger, however the server ended.</summary>
public sealed class KillTests
{
    const int Connections = 16;
    const int TokensARound = 300;

    [Fact]
    public async Task Every_token_that_a_client_received_from_a_server_that_was_killed_has_its_ledger_entry()
    {
        await using var deployment = await Deployment.StartAsync();
        var received = new HashSet<string>();
        for (var round = 1; round <= 3; round++)
        {
            if (round > 1) await deployment.Server.RestartAsync(TestContext.Current.CancellationToken);
            await using var load = ExchangeLoad.Start(deployment, Connections);
            await load.ReceiveAsync(TokensARound);
            await deployment.Server.KillAsync();
            await load.EndedAsync();

            load.Refused.ShouldBeEmpty();
            load.Received.Count.ShouldBeGreaterThanOrEqualTo(TokensARound);
            foreach (var token in load.Received) received.Add(JtiOf(token)).ShouldBeTrue("two tokens have one id");

            var recorded = await IssuedIdsAsync(deployment.Database);
            TestContext.Current.SendDiagnosticMessage("round {0}: {1} tokens received, {2} in the ledger", round, received.Count, recorded.Count);
            recorded.Count.ShouldBeLessThanOrEqualTo(received.Count + round * Connections, "more entries than requests that were under way");
            received.Except(recorded).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_server_that_is_asked_to_stop_under_load_ends_well_and_every_token_has_its_ledger_entry()
    {
        await using var deployment = await Deployment.StartAsync();
        await using var load = ExchangeLoad.Start(deployment, Connections);
        await load.ReceiveAsync(TokensARound);
        (await deployment.Server.StopAsync(TestContext.Current.CancellationToken)).ShouldBe(0, deployment.Server.Output);
        await load.EndedAsync();

        load.Refused.ShouldBeEmpty();
        var recorded = await IssuedIdsAsync(deployment.Database);
        load.Received.Select(JtiOf).Except(recorded).ShouldBeEmpty();
    }

    static string JtiOf(string token) => (string)TestJwt.Parse(token).Claims["jti"]!;

    static async Task<HashSet<string>> IssuedIdsAsync(string database)
    {
        await using var store = SqliteStore.Open(database, TimeProvider.System, new() { BesideServer = true });
        var ids = new HashSet<string>();
        var filter = new DecisionFilter { Outcome = DecisionOutcome.Issued };
        var before = default(DecisionId);
        while (await store.Decisions.PageAsync(filter, before, 1000, TestContext.Current.CancellationToken) is { Count: > 0 } page)
        {
            foreach (var entry in page) ids.Add(entry.IssuedId!).ShouldBeTrue("two entries have one id");
            before = page[^1].Id;
        }

        return ids;
    }
}
