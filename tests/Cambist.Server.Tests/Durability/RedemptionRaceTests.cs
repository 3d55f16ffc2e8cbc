using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cambist.Storage.Sqlite;
using Cambist.Testing;

namespace Cambist.Server.Tests.Durability;

/// <summary>However many redeem one impersonation token at the same moment, and however the server ends meanwhile, exactly one gets what it gives.</summary>
public sealed class RedemptionRaceTests
{
    const int Rounds = 200;
    const int AtOnce = 50;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_fifty_redemptions_at_once_one_succeeds_in_each_of_two_hundred_rounds_with_the_server_killed_halfway()
    {
        await using var server = await ServerProcess.StartAsync(
            issuer => $$"""
                issuer: {{issuer}}
                resources: { orders: { identifiers: https://orders.example.com } }
                clients: { support: { secrets: { file: support-secret } } }
                rules: { name: as-customers, clients: support, subject: { issuer: impersonation, where: { sub: "customer-*" } }, targets: { orders: [] } }
                """,
            new Dictionary<string, string> { ["support-secret"] = "the-secret-of-support" }, cancellation: Cancellation);
        var ids = new List<string>();
        for (var round = 1; round <= Rounds; round++)
        {
            var (token, id) = await MintAsync(server);
            ids.Add(id);
            var redeemed = await RedeemAsync(server, token, isKilledMeanwhile: round == Rounds / 2);
            if (round == Rounds / 2)
            {
                // Whoever heard of success before the end is the only one; if nobody did, the ledger may hold the one that was not heard of.
                await server.RestartAsync(Cancellation);
                redeemed += await RedeemAsync(server, token);
                redeemed.ShouldBeLessThanOrEqualTo(1);
                continue;
            }

            redeemed.ShouldBe(1, $"round {round}");
        }

        (await server.StopAsync(Cancellation)).ShouldBe(0, server.Output);
        await using var store = SqliteStore.Open(Path.Combine(server.Folder, "cambist.db"), TimeProvider.System, new() { BesideServer = true });
        var issued = await store.Decisions.PageAsync(new() { Outcome = DecisionOutcome.Issued }, default, 1000, Cancellation);
        issued.Select(entry => entry.Subject!.Lineage!).ShouldBe(ids, ignoreOrder: true);
    }

    static async Task<(string Token, string Id)> MintAsync(ServerProcess server)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Management + "/admin/v1/impersonation-tokens")
        {
            Content = JsonContent.Create(new { subject = "customer-7", reason = "a race" }),
        };
        request.Headers.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(server.Folder, "admin-token"), Cancellation)).Trim());
        using var response = await server.Http.SendAsync(request, Cancellation);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
        response.StatusCode.ShouldBe(HttpStatusCode.Created, json.ToJsonString());
        return ((string)json["token"]!, (string)json["id"]!);
    }

    /// <summary>How many were told that they succeeded.</summary>
    static async Task<int> RedeemAsync(ServerProcess server, string token, bool isKilledMeanwhile = false)
    {
        KeyValuePair<string, string>[] form = [.. TestServer.ExchangeForm(token, "urn:cambist:token-type:impersonation_token", ("audience", "orders")).Select(field => KeyValuePair.Create(field.Name, field.Value))];
        var redeemed = 0;
        var first = new TaskCompletionSource();
        var all = Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            try
            {
                var answer = await server.PostTokenAsync("support", "the-secret-of-support", form, Cancellation);
                if (answer.Status == HttpStatusCode.OK) Interlocked.Increment(ref redeemed);
                else answer.Reason.ShouldBe("subject_used_up", answer.Body);
                first.TrySetResult();
            }
            catch (HttpRequestException) when (isKilledMeanwhile)
            {
                first.TrySetResult();
            }
        }));
        if (isKilledMeanwhile)
        {
            await first.Task.WaitAsync(Cancellation);
            await server.KillAsync();
        }

        await all;
        return redeemed;
    }
}
