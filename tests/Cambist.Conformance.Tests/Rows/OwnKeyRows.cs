using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>JK-01, JK-02, JK-03, JK-10: our own keys while they change.</summary>
public sealed class OwnKeyRows
{
    static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "k", "oth"];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<AdHocWorld> StartAsync(string algorithm = "ES256") => AdHocWorld.StartAsync(
        login => $$"""
            signing: { algorithm: {{algorithm}} }
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
            resources:
              orders: { identifiers: https://orders.example.com, scopes: read }
              billing: { identifiers: https://billing.example.com, scopes: read }
            clients: { {{Requests.Client("web")}}, {{Requests.Client("orders", "serves: orders")}} }
            rules:
              - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: read } }
              - { name: on, clients: orders, targets: { billing: { read: orders/read } } }
            """,
        new FakeClock());

    static async Task<Answer> IssueAsync(World world, TestServer server) => await server.SendIdTokenAsync("web", world.IdToken(), ("audience", "orders"));

    static Task<Answer> PassOnAsync(TestServer server, string token) => server.SendAccessTokenAsync("orders", token, ("audience", "billing"));

    static async Task<JsonObject[]> KeysAsync(TestServer server) => [.. (await server.GetAsync("/jwks")).Json["keys"]!.AsArray().Select(key => key!.AsObject())];

    /// <summary>The same act on the keys of both servers, until both have seen it.</summary>
    static async Task ActAsync(World world, Func<KeyActs, TestServer, Task<KeyAct>> act)
    {
        foreach (var server in new[] { world.Common, world.Rfc8693 })
        {
            var done = await act(new(server.Engine.Store, Path.Combine(server.Folder, "cambist.key"), new Deaf()), server);
            done.Refusal.ShouldBeNull();
            var published = done.Keys.Where(key => key.State != SigningKeyState.Revoked).Select(key => key.KeyId).ToArray();
            await UntilAsync(world, async () => (await KeysAsync(server)).Select(key => key.Text("kid")).SequenceEqual(published)
                && server.Engine.Keys.Current.Active.KeyId == done.Keys.Single(key => key.State == SigningKeyState.Signing).KeyId);
        }
    }

    /// <summary>Lets seconds go by until the upkeep has done its part.</summary>
    static async Task UntilAsync(World world, Func<Task<bool>> holds)
    {
        for (var tries = 0; !await holds(); tries++)
        {
            tries.ShouldBeLessThan(500);
            world.Clock!.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(10, Cancel);
        }
    }

    static async Task<bool> VerifiesAsync(string token, string keySet) =>
        (await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            IssuerSigningKeys = new Microsoft.IdentityModel.Tokens.JsonWebKeySet(keySet).GetSigningKeys(),
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        })).IsValid;

    [Theory]
    [InlineData("ES384")]
    [InlineData("PS256")]
    public async Task JK_01_JK_02_every_published_key_has_its_kid_use_and_alg_and_no_private_member_the_next_and_the_old_included(string algorithm)
    {
        await using var own = await StartAsync(algorithm);
        await ActAsync(own, (acts, _) => acts.RotateAsync(atOnce: true, "test", null, Cancel));
        await ActAsync(own, (acts, _) => acts.RotateAsync(atOnce: false, "test", null, Cancel));
        var keys = await KeysAsync(own.Common);
        keys.Length.ShouldBe(3);
        keys.Select(key => key.Text("kid")).ShouldBeUnique();
        keys.ShouldAllBe(key => key.Text("use") == "sig" && key.Text("alg") == algorithm);
        foreach (var key in keys) key.Select(member => member.Key).ShouldNotContain(name => PrivateMembers.Contains(name));
    }

    [Fact]
    public async Task JK_03_a_resource_server_with_a_cache_verifies_every_token_over_a_scheduled_rotation()
    {
        await using var own = await StartAsync();
        var server = own.Common;
        var first = (await IssueAsync(own, server)).Jwt.HeaderJson.Text("kid");

        own.Clock!.Jump(TimeSpan.FromDays(90) - TimeSpan.FromHours(1));
        await UntilAsync(own, async () => (await KeysAsync(server)).Length == 2);
        var cached = (await server.GetAsync("/jwks")).Body;
        own.Clock.Jump(TimeSpan.FromMinutes(59));
        var old = (await IssueAsync(own, server)).AccessToken;
        TestJwt.Parse(old).HeaderJson.Text("kid").ShouldBe(first, "published, and not used yet");

        own.Clock.Jump(TimeSpan.FromMinutes(2));
        var issued = (await IssueAsync(own, server)).AccessToken;
        TestJwt.Parse(issued).HeaderJson.Text("kid").ShouldNotBe(first);
        (await VerifiesAsync(issued, cached)).ShouldBeTrue("it was published before its first use");
        (await VerifiesAsync(old, (await server.GetAsync("/jwks")).Body)).ShouldBeTrue("the old one is published while its tokens live");
        (await PassOnAsync(server, old)).Status.ShouldBe(HttpStatusCode.OK);
        (await PassOnAsync(server, issued)).Status.ShouldBe(HttpStatusCode.OK);

        own.Clock.Jump(TimeSpan.FromMinutes(19));
        (await KeysAsync(server)).ShouldHaveSingleItem().Text("kid").ShouldBe(TestJwt.Parse(issued).HeaderJson.Text("kid"), "its last token has expired");
        await UntilAsync(own, async () => (await server.Engine.Store.Keys.ReadAsync(Cancel)).Keys.All(key => key.KeyId != first));
    }

    [Fact]
    public async Task JK_03_a_retired_key_still_verifies_and_mints_nothing_new_and_one_that_does_not_sign_yet_mints_nothing()
    {
        await using var own = await StartAsync();
        var before = new Dictionary<TestServer, (SigningKey Key, Answer Token)>();
        foreach (var server in new[] { own.Common, own.Rfc8693 }) before[server] = (server.Engine.Keys.Current.Active, await IssueAsync(own, server));
        await ActAsync(own, (acts, _) => acts.RotateAsync(atOnce: true, "test", null, Cancel));
        await ActAsync(own, (acts, _) => acts.RotateAsync(atOnce: false, "test", null, Cancel));
        await own.GrantsAsync(server => PassOnAsync(server, before[server].Token.AccessToken));

        own.Clock!.Jump(TimeSpan.FromMinutes(6));
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => PassOnAsync(server, Minted(server, before[server].Key)));
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => PassOnAsync(server, Minted(server, server.Engine.Keys.Current.Published[2])));
        await own.GrantsAsync(server => PassOnAsync(server, Minted(server, server.Engine.Keys.Current.Active)));
        (await KeysAsync(own.Common)).Length.ShouldBe(3, "it is not that they are unknown");

        string Minted(TestServer server, SigningKey key)
        {
            var claims = before[server].Token.Claims.DeepClone().AsObject();
            claims["iat"] = own.Clock!.GetUtcNow().ToUnixTimeSeconds();
            claims["exp"] = own.Clock.GetUtcNow().ToUnixTimeSeconds() + 600;
            return server.SignAsServer(claims, key: key);
        }
    }

    [Fact]
    public async Task A_revoked_key_is_not_published_and_its_tokens_are_refused_and_a_successor_signs()
    {
        await using var own = await StartAsync();
        var tokens = new Dictionary<TestServer, Answer>();
        foreach (var server in new[] { own.Common, own.Rfc8693 }) tokens[server] = await IssueAsync(own, server);
        await ActAsync(own, (acts, server) => acts.RevokeAsync(tokens[server].Jwt.HeaderJson.Text("kid"), "test", "it leaked", Cancel));
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => PassOnAsync(server, tokens[server].AccessToken));
        var successor = await own.GrantsAsync(server => IssueAsync(own, server));
        (await KeysAsync(own.Common)).ShouldHaveSingleItem().Text("kid").ShouldBe(successor.Jwt.HeaderJson.Text("kid"));
        var entry = (await own.Common.Engine.Store.Decisions.PageAsync(new() { Outcome = DecisionOutcome.AdminAct }, default, 10, Cancel)).ShouldHaveSingleItem();
        (entry.Action, entry.Actor!.Sub, entry.RegistryRevision).ShouldBe(("keys.revoke", "test", own.Common.Engine.Registry.Current.Revision));
        entry.Trace.ShouldNotBeNull().ShouldEndWith("it leaked");
    }

    [Fact]
    public async Task JK_10_a_server_whose_last_key_ran_out_and_that_can_make_no_other_is_not_ready_and_issues_nothing_until_it_can()
    {
        await using var own = await StartAsync();
        var (server, keys) = (own.Common, own.Common.Engine.Store.Keys);
        var stored = await keys.ReadAsync(Cancel);
        var end = own.Clock!.GetUtcNow().AddSeconds(2).ToUnixTimeMilliseconds();
        var signing = stored.Keys.Single(key => key.Use == StoredKeyUse.Signing) with { SignsUntil = end };
        (await keys.TryReplaceAsync(stored.Version, [signing], null, Cancel)).ShouldBeTrue(); // without its lineage key a store gets no new keys

        await UntilAsync(own, async () => (await server.GetAsync("/health/ready")).Status == HttpStatusCode.ServiceUnavailable);
        (await server.GetAsync("/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        var answer = await IssueAsync(own, server);
        (answer.Status, answer.Error).ShouldBe((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"));
        server.Log.Lines.ShouldContain(line => line.Contains("upkeep_failed") && line.Contains("lineage key"));

        (await keys.TryReplaceAsync((await keys.ReadAsync(Cancel)).Version, stored.Keys, null, Cancel)).ShouldBeTrue();
        await UntilAsync(own, async () => (await server.GetAsync("/health/ready")).Status == HttpStatusCode.OK);
        (await IssueAsync(own, server)).Status.ShouldBe(HttpStatusCode.OK);
    }

    sealed class Deaf : IEngineListener
    {
        public void On(EngineEvent engineEvent)
        {
            // nothing here is worth a line
        }
    }
}
