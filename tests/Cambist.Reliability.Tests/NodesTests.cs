using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Cambist.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cambist.Reliability.Tests;

/// <summary>Two nodes on one PostgreSQL are one server.</summary>
public sealed class NodesTests(Database database) : IAsyncLifetime
{
    const int AtOnce = 50;
    const int Races = 1000;

    Cluster _cluster = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _cluster = await Cluster.StartAsync(await database.Server.CreateDatabaseAsync());

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task AB_59_an_assertion_sent_fifty_times_at_once_to_two_nodes_is_taken_once_and_never_again()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var assertion = TestJwt.Sign(new JsonObject
        {
            ["iss"] = "keyed",
            ["sub"] = "keyed",
            ["aud"] = Cluster.Issuer,
            ["iat"] = now,
            ["exp"] = now + 60,
            ["jti"] = RandomNumberGenerator.GetHexString(32),
        }, _cluster.ClientKey).ToString();
        Task<Answer> SendAsync(int i) => Cluster.SendAsync(_cluster.Nodes[i % 2].Http, _cluster.Nodes[i % 2], "/token", null,
            [("grant_type", "client_credentials"), ("client_assertion_type", Cluster.Jwt), ("client_assertion", assertion)]);

        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(SendAsync));

        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1, answers[0].Body);
        answers.Count(answer => answer.Reason == "client_authentication_failed").ShouldBe(AtOnce - 1);
        foreach (var node in new[] { 0, 1 }) (await SendAsync(node)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task What_is_good_for_once_is_taken_once_however_many_send_it_to_both_nodes_at_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var minted = await _cluster.AdminAsync(0, HttpMethod.Post, "impersonation-tokens", new() { ["subject"] = "customer-7", ["reason"] = "a test" });
            minted.Status.ShouldBe(HttpStatusCode.Created, minted.Body);
            var token = (string)minted.Json["token"]!;
            await OneOfAsync("subject_used_up", node => _cluster.SendAsync(node, "/token", "support", TestServer.ExchangeForm(token, "urn:cambist:token-type:impersonation_token", ("audience", "orders"))));

            var idToken = _cluster.IdToken();
            await OneOfAsync("once_used_up", node => _cluster.SignInAsync(node, idToken, "reports"));
        }
    }

    [Fact]
    public async Task A_refresh_token_sent_to_both_nodes_is_rotated_once_and_what_came_of_it_ends_on_both()
    {
        var signedIn = await _cluster.SignInAsync(0, audience: "mail");
        IEnumerable<(string, string)> form = [("grant_type", "refresh_token"), ("refresh_token", signedIn.RefreshToken)];

        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => _cluster.SendAsync(i % 2, "/token", "web", form)));

        var rotated = answers.Where(answer => answer.Status == HttpStatusCode.OK).ShouldHaveSingleItem();
        foreach (var node in new[] { 0, 1 })
            foreach (var token in new[] { rotated.AccessToken, rotated.RefreshToken, signedIn.AccessToken })
                (await _cluster.IntrospectAsync(node, token, "web")).Body.ShouldBe("""{"active":false}""");
    }

    [Fact]
    public async Task A_token_of_one_node_is_good_on_the_other_and_revoked_on_one_it_is_dead_on_both_at_once()
    {
        for (var round = 0; round < 20; round++)
        {
            var (here, there) = (round % 2, 1 - round % 2);
            var token = (await _cluster.SignInAsync(here)).AccessToken;
            var child = (await _cluster.GoOnAsync(there, token)).AccessToken;
            (await _cluster.IntrospectAsync(there, token)).Json["active"]!.GetValue<bool>().ShouldBeTrue();
            (await _cluster.IntrospectAsync(here, child, "billing")).Json["active"]!.GetValue<bool>().ShouldBeTrue();

            (await _cluster.SendAsync(here, "/revoke", "web", [("token", token)])).Status.ShouldBe(HttpStatusCode.OK);

            (await _cluster.IntrospectAsync(there, token)).Body.ShouldBe("""{"active":false}""");
            (await _cluster.IntrospectAsync(there, child, "billing")).Body.ShouldBe("""{"active":false}""");
            (await _cluster.GoOnAsync(there, token)).Reason.ShouldBe("subject_revoked");
        }
    }

    [Fact]
    public async Task A_thousand_races_of_a_revocation_against_exchanges_over_two_nodes_are_exact()
    {
        var id = _cluster.IdToken(claims => claims["exp"] = (long)claims["iat"]! + 3600);
        var counts = new ConcurrentDictionary<string, int>();
        await Parallel.ForAsync(0, Races, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation }, async (i, _) =>
        {
            var (here, there) = (i % 2, 1 - i % 2);
            var token = (await _cluster.SignInAsync(here, id)).AccessToken;

            // One exchange that began before, every other time one that ended before, one beside; and one sent after the answer.
            var before = _cluster.GoOnAsync(there, token);
            if (i % 4 < 2) await before;
            var revocation = _cluster.SendAsync(here, "/revoke", "web", [("token", token)]);
            var beside = _cluster.GoOnAsync(there, token);
            (await revocation).Status.ShouldBe(HttpStatusCode.OK);
            (await _cluster.GoOnAsync(there, token)).Reason.ShouldBe("subject_revoked");

            foreach (var answer in new[] { await before, await beside })
            {
                counts.AddOrUpdate(answer.Reason ?? "granted", 1, (_, count) => count + 1);
                if (answer.Status == HttpStatusCode.OK) (await _cluster.IntrospectAsync(there, answer.AccessToken, "billing")).Body.ShouldBe("""{"active":false}""");
            }
        });

        counts.Keys.ShouldBe(["granted", "subject_revoked"], ignoreOrder: true); // some won and some lost
        Measured.Say("1,000 races of a revocation against exchanges over two nodes", string.Join(", ", counts.Select(pair => $"{pair.Value} {pair.Key}")) + ", none granted after the answer");
        (await FencedAsync()).ShouldBe(Races);
    }

    [Fact]
    public async Task Keys_and_roots_are_the_stores_and_one_rotation_reaches_every_node()
    {
        var id = _cluster.IdToken();
        var (one, other) = (await _cluster.SignInAsync(0, id), await _cluster.SignInAsync(1, id));
        RootOf(one).ShouldBe(RootOf(other));
        (await VerifiesAsync(one.AccessToken, 1)).ShouldBeTrue();
        (await VerifiesAsync(other.AccessToken, 0)).ShouldBeTrue();

        var rotated = await Task.WhenAll(_cluster.KeysAsync("rotate --now --reason drill"), _cluster.KeysAsync("rotate --now --reason drill"));
        rotated.Count(result => result.ExitCode == 0).ShouldBeGreaterThan(0, rotated[0].Error);

        // Both may have rotated, one after the other; what counts is the key that the store has sign in the end.
        var listed = JsonNode.Parse((await _cluster.KeysAsync("list --json")).Output)!["keys"]!.AsArray();
        var signing = (string)listed.Single(key => (string?)key!["state"] == "signing")!["kid"]!;
        signing.ShouldNotBe(KidOf(one));
        foreach (var node in new[] { 0, 1 })
        {
            for (var tries = 0; KidOf(await _cluster.SignInAsync(node)) != signing; tries++)
            {
                tries.ShouldBeLessThan(200);
                await Task.Delay(50, Cancellation);
            }
        }

        foreach (var node in new[] { 0, 1 }) (await VerifiesAsync((await _cluster.SignInAsync(node)).AccessToken, 1 - node)).ShouldBeTrue();
        (await VerifiesAsync(one.AccessToken, 1)).ShouldBeTrue();
        (await _cluster.GetAsync(0, "/jwks")).ShouldBe(await _cluster.GetAsync(1, "/jwks"));
    }

    [Fact]
    public async Task Each_node_shows_which_revision_of_the_registry_it_serves()
    {
        var first = await RevisionAsync(0);
        (await RevisionAsync(1)).ShouldBe(first);

        await File.WriteAllTextAsync(_cluster.Nodes[1].RegistryFile, _cluster.Registry().Replace("name: sign-in,", "name: sign-in-again,", StringComparison.Ordinal), Cancellation);
        for (var tries = 0; await RevisionAsync(1) == first; tries++)
        {
            tries.ShouldBeLessThan(200);
            await Task.Delay(50, Cancellation);
        }

        (await RevisionAsync(0)).ShouldBe(first);
        foreach (var node in new[] { 0, 1 }) ((string?)(await _cluster.AdminAsync(node, HttpMethod.Get, "registry")).Json["revision"]).ShouldBe(await RevisionAsync(node));
    }

    static string KidOf(Answer answer) => (string)answer.Jwt.HeaderJson["kid"]!;

    static string RootOf(Answer answer) => ((string)answer.Claims["jti"]!).Split('.')[0];

    async Task<string?> RevisionAsync(int node) => (string?)JsonNode.Parse(await _cluster.GetAsync(node, "/health/ready"))!["registry_revision"];

    async Task<bool> VerifiesAsync(string token, int node)
    {
        var keys = new JsonWebKeySet(await _cluster.GetAsync(node, "/jwks"));
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new()
        {
            ValidIssuer = Cluster.Issuer,
            ValidAudience = "https://orders.example.com",
            ValidTypes = ["at+jwt"],
            IssuerSigningKeys = keys.GetSigningKeys(),
        });
        return result.IsValid;
    }

    async Task OneOfAsync(string refusal, Func<int, Task<Answer>> send)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => send(i % 2)));
        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1, answers[0].Body);
        answers.Count(answer => answer.Reason == refusal).ShouldBe(AtOnce - 1);
        foreach (var node in new[] { 0, 1 }) (await send(node)).Reason.ShouldBe(refusal);
    }

    /// <summary>The ledger's own order: no entry of an exchange of a token comes after the entry of its revocation.</summary>
    async Task<int> FencedAsync()
    {
        await using var store = Ledger.Open(_cluster.Connection);
        var entries = new List<LedgerEntry>();
        for (DecisionId before = default; await store.Decisions.PageAsync(DecisionFilter.All, before, 2000, Cancellation) is { Count: > 0 } page; before = page[^1].Id) entries.AddRange(page);

        var revocations = entries.Where(entry => entry.Action == "revocation").ToDictionary(entry => entry.Subject!.Lineage!, entry => entry.Id);
        foreach (var entry in entries.Where(entry => entry.Outcome == DecisionOutcome.Issued))
            if (revocations.TryGetValue(entry.Subject!.Lineage!, out var revoked)) (entry.Id < revoked).ShouldBeTrue($"{entry.Id} was issued after {revoked} revoked its subject token");
        return revocations.Count;
    }
}
