using System.Net;
using Cambist.Testing;

namespace Cambist.Reliability.Tests;

/// <summary>The identity provider misbehaves under load.</summary>
public sealed class IssuerTests(Database database)
{
    const string Away = "503 issuer_keys_unavailable";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("down")]
    [InlineData("slow")]
    [InlineData("sending garbage")]
    public async Task While_its_keys_cannot_be_had_a_node_that_has_them_goes_on_and_one_that_has_not_says_503(string how)
    {
        await using var cluster = await Cluster.StartAsync(await database.Server.CreateDatabaseAsync());
        await using var load = Load.Start(cluster, expected: Away);
        await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));

        foreach (var endpoint in new[] { cluster.Login.Discovery, cluster.Login.Jwks })
        {
            if (how == "down") endpoint.Abort = true;
            else if (how == "slow") endpoint.Delay = TimeSpan.FromSeconds(30);
            else endpoint.Say("<html>{\"keys\": [");
        }

        await cluster.Nodes[1].KillAsync();
        await cluster.Nodes[1].RestartAsync(Cancellation);
        await load.SeeAsync(Away, 10);
        var refused = await cluster.SignInAsync(1);
        refused.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, refused.Body);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        await load.GrantAsync(0);
        await load.GrantAsync(0);

        cluster.Login.Discovery.Mend();
        cluster.Login.Jwks.Mend();
        var recovered = await load.GrantAsync(1);
        await using var store = Ledger.Open(cluster.Connection);
        Measured.Say($"identity provider {how}", $"a node with its keys answers all the while; one that was started meanwhile answers {recovered.Seconds()} after it is back; {await load.ReconcileAsync(store)}");
    }

    [Fact]
    public async Task Keys_that_rotate_under_load_are_taken_up_and_no_good_token_is_called_bad()
    {
        await using var cluster = await Cluster.StartAsync(await database.Server.CreateDatabaseAsync());
        await using var load = Load.Start(cluster, expected: Away);
        await Task.WhenAll(load.GrantAsync(0), load.GrantAsync(1));
        var old = cluster.IdToken();

        cluster.Login.Publish([TestKey.Create("ES256", "es256-2"), .. cluster.Login.Keys]);
        var clock = System.Diagnostics.Stopwatch.StartNew();
        foreach (var node in new[] { 0, 1 })
        {
            // A token under the new key, by hand: the load would go on with its old ones for a while.
            var (answer, tries) = (await cluster.SignInAsync(node), 0);
            while (answer.Status != HttpStatusCode.OK)
            {
                answer.Reason.ShouldBe("issuer_keys_unavailable", answer.Body);
                answer.Headers.RetryAfter.ShouldNotBeNull();
                (++tries).ShouldBeLessThan(400);
                await Task.Delay(100, Cancellation);
                answer = await cluster.SignInAsync(node);
            }

            (await cluster.SignInAsync(node, old)).Status.ShouldBe(HttpStatusCode.OK);
        }

        await using var store = Ledger.Open(cluster.Connection);
        Measured.Say("identity provider rotates its keys", $"both nodes take tokens under the new key after {clock.Elapsed.Seconds()}; {await load.ReconcileAsync(store)}");
    }
}
