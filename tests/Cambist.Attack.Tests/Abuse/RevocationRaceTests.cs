using System.Collections.Concurrent;
using System.Net;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>The fence: once a revocation has been answered, no exchange under it commits any more.</summary>
public sealed class RevocationRaceTests
{
    const int Races = 1000;
    const int AtOnce = 16;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AB_37_RV_05_RV_06_a_thousand_races_of_a_revocation_against_exchanges_are_exact()
    {
        await using var own = await AdHocWorld.StartAsync(OpaqueWorld.RegistryOf);
        var server = own.Common;
        var id = own.IdToken();
        var counts = new ConcurrentDictionary<string, int>();

        await Parallel.ForAsync(0, Races, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel }, async (i, _) =>
        {
            var token = (await SendAsync(server, "/token", "web", TestServer.ExchangeForm(id, "id_token", ("audience", "orders"), ("scope", "read")))).AccessToken;

            // One exchange that began before, every other time one that ended before, one beside; and one sent after the answer.
            var before = ExchangeAsync(server, token);
            if (i % 2 == 0) await before;
            var revocation = SendAsync(server, "/revoke", "web", [("token", token)]);
            var beside = ExchangeAsync(server, token);
            (await revocation).Status.ShouldBe(HttpStatusCode.OK);
            (await ExchangeAsync(server, token)).Reason.ShouldBe("subject_revoked");

            foreach (var answer in new[] { await before, await beside })
            {
                counts.AddOrUpdate(answer.Reason ?? "granted", 1, (_, count) => count + 1);
                if (answer.Status == HttpStatusCode.OK) (await SendAsync(server, "/introspect", "billing", [("token", answer.AccessToken)])).Body.ShouldBe("""{"active":false}""");
            }
        });

        counts.Keys.ShouldBe(["granted", "subject_revoked"], ignoreOrder: true); // some won and some lost
        counts["granted"].ShouldBeGreaterThanOrEqualTo(Races / 2);
        (await FencedAsync(server)).ShouldBe(Races);
    }

    /// <summary>The ledger's own order: no entry of an exchange of a token comes after the entry of its revocation.</summary>
    static async Task<int> FencedAsync(TestServer server)
    {
        var entries = new List<LedgerEntry>();
        for (DecisionId before = default; ;)
        {
            var page = await server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, before, 2000, Cancel);
            if (page.Count == 0) break;
            entries.AddRange(page);
            before = page[^1].Id;
        }

        var revocations = entries.Where(entry => entry.Action == "revocation").ToDictionary(entry => entry.Subject!.Lineage!, entry => entry.Id);
        foreach (var entry in entries.Where(entry => entry.Outcome == DecisionOutcome.Issued))
            if (revocations.TryGetValue(entry.Subject!.Lineage!, out var revoked)) (entry.Id < revoked).ShouldBeTrue($"{entry.Id} was issued after {revoked} revoked its subject token");
        return revocations.Count;
    }

    static Task<Answer> ExchangeAsync(TestServer server, string token) => SendAsync(server, "/token", "orders", TestServer.ExchangeForm(token, "access_token", ("audience", "billing")));

    /// <summary>Over connections that stay open.</summary>
    static async Task<Answer> SendAsync(TestServer server, string path, string client, IEnumerable<(string Name, string Value)> form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) };
        request.Headers.Authorization = new("Basic", TestServer.BasicCredentials(client, SecretOf(client)));
        TestServer.From(request, "127.0.77.1");
        return await server.SendAsync(request);
    }
}
