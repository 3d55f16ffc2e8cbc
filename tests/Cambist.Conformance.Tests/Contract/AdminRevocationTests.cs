using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Conformance.Tests.ImpersonationWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What administrators revoke is refused at once; each test has a world of its own, for what is revoked stays so.</summary>
public sealed class AdminRevocationTests
{
    // An ID token counts by the second of its iat: the clock moves on before somebody signs in again.
    static readonly TimeSpan NextSecond = TimeSpan.FromSeconds(1);

    static Task<AdHocWorld> StartAsync() => AdHocWorld.StartAsync(
        login => $$"""
            issuers:
              login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: [web] } }, subject: "login:{sub}" }
              spare: { issuer: https://spare.example.com, tokens: id_token, subject: "{sub}" }
            resources:
              orders:  { identifiers: https://orders.example.com }
              billing: { identifiers: https://billing.example.com }
              reports: { identifiers: https://reports.example.com }
            clients:
              {{Client("web")}}
              {{Client("support")}}
              {{Client("orders", "serves: orders, client_credentials: { billing: [] }")}}
              {{Client("billing", "serves: billing")}}
            rules:
              - { name: sign-in, clients: web, subject: { issuer: [login, spare] }, actor: none, targets: { orders: [] } }
              - { name: as-customers, clients: support, subject: { issuer: impersonation }, targets: { orders: [] } }
              - { name: on, clients: [orders, billing], subject: { kind: [user, client, impersonated] }, targets: { billing: [], reports: [] } }
            """,
        new FakeClock());

    static Task<Answer> SignInAsync(AdHocWorld world, TestServer server, string subject = "alice") => server.SendIdTokenAsync("web", world.IdToken(subject: subject), ("audience", "orders"));

    static Task<Answer> OnAsync(TestServer server, string client, string token, string audience) => server.SendAccessTokenAsync(client, token, ("audience", audience));

    static async Task RevokeAsync(TestServer server, string kind, string value)
    {
        var answer = await server.AdminPostAsync("/revocations", new() { [kind] = value, ["reason"] = "a leak" });
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        ((string?)answer.Json[kind]).ShouldBe(value);
    }

    [Theory]
    [InlineData("subject")]
    [InlineData("client")]
    [InlineData("issuer")]
    public async Task A_name_longer_than_any_is_refused_and_the_answer_says_the_longest(string kind)
    {
        await using var world = await StartAsync();
        var answer = await world.Common.AdminPostAsync("/revocations", new() { [kind] = new string('x', 256), ["reason"] = "a leak" });

        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Body);
        ((string)answer.Json["detail"]!).ShouldContain($"{kind} must be a string of 1 to 255 characters");
        if (kind != "issuer") await RevokeAsync(world.Common, kind, new string('\u20AC', 255));
    }

    [Theory]
    [InlineData("issuer", "login")]
    [InlineData("subject", "login:alice")]
    public async Task An_issuer_or_a_subject_is_revoked_with_our_tokens_over_whatever_hops(string kind, string value)
    {
        await using var world = await StartAsync();
        await world.RefusesAsync(Reason.SubjectRevoked, async server =>
        {
            var idToken = world.IdToken();
            var first = (await server.SendIdTokenAsync("web", idToken, ("audience", "orders"))).AccessToken;
            var second = (await OnAsync(server, "orders", first, "billing")).AccessToken;
            (await OnAsync(server, "billing", second, "reports")).Status.ShouldBe(HttpStatusCode.OK);
            await RevokeAsync(server, kind, value);
            (await server.SendIdTokenAsync("web", idToken, ("audience", "orders"))).Reason.ShouldBe("subject_revoked");
            (await OnAsync(server, "orders", first, "billing")).Reason.ShouldBe("subject_revoked");
            return await OnAsync(server, "billing", second, "reports");
        });
        world.Clock!.Jump(NextSecond);
        await world.GrantsAsync(async server => await OnAsync(server, "orders", (await SignInAsync(world, server)).AccessToken, "billing"));
    }

    [Fact]
    public async Task Others_are_not_touched_by_the_revocation_of_an_issuer_or_a_subject()
    {
        await using var world = await StartAsync();
        foreach (var (kind, value) in new[] { ("issuer", "spare"), ("subject", "alice"), ("client", "billing"), ("issuer", "impersonation"), ("issuer", "login") })
        {
            await world.GrantsAsync(async server =>
            {
                var token = (await SignInAsync(world, server)).AccessToken;
                var own = (await server.ForItselfAsync("orders", ("audience", "billing"))).AccessToken;
                if (value != "login") await RevokeAsync(server, kind, value);
                (await OnAsync(server, "billing", own, "reports")).Status.ShouldBe(HttpStatusCode.OK);
                return await OnAsync(server, "orders", token, "billing");
            });
        }
    }

    [Fact]
    public async Task Impersonation_as_a_whole_is_revoked_by_its_name()
    {
        await using var world = await StartAsync();
        await world.RefusesAsync(Reason.SubjectRevoked, async server =>
        {
            var (unredeemed, token) = (await MintedAsync(server, subject: "login:alice"), (await RedeemAsync(server, await MintedAsync(server, subject: "login:alice"))).AccessToken);
            await RevokeAsync(server, "issuer", "impersonation");
            (await RedeemAsync(server, unredeemed)).Reason.ShouldBe("subject_revoked");
            (await SignInAsync(world, server)).Status.ShouldBe(HttpStatusCode.OK);
            return await OnAsync(server, "orders", token, "billing");
        });
    }

    [Fact]
    public async Task A_client_is_revoked_with_every_token_that_was_issued_to_it()
    {
        await using var world = await StartAsync();
        await world.RefusesAsync(Reason.SubjectRevoked, async server =>
        {
            var token = (await SignInAsync(world, server)).AccessToken;
            await RevokeAsync(server, "client", "web");
            return await OnAsync(server, "orders", token, "billing");
        });
    }

    [Fact]
    public async Task An_id_is_revoked_with_everything_beneath_it_and_nothing_beside_it()
    {
        await using var world = await StartAsync();
        await world.RefusesAsync(Reason.SubjectRevoked, async server =>
        {
            var idToken = world.IdToken();
            var first = await server.SendIdTokenAsync("web", idToken, ("audience", "orders"));
            var sibling = (await server.SendIdTokenAsync("web", idToken, ("audience", "orders"))).AccessToken;
            var second = (await OnAsync(server, "orders", first.AccessToken, "billing")).AccessToken;
            (await server.AdminAsync(HttpMethod.Delete, "/tokens/" + first.Claims["jti"])).Status.ShouldBe(HttpStatusCode.NoContent);
            (await OnAsync(server, "orders", sibling, "billing")).Status.ShouldBe(HttpStatusCode.OK);
            (await OnAsync(server, "orders", first.AccessToken, "billing")).Reason.ShouldBe("subject_revoked");
            return await OnAsync(server, "billing", second, "reports");
        });
    }

    [Fact]
    public async Task A_token_is_shown_with_its_ancestors_and_descendants()
    {
        await using var world = await StartAsync();
        var minted = await world.Common.MintAsync("login:alice");
        var first = await RedeemAsync(world.Common, (string)minted.Json["token"]!);
        var second = await OnAsync(world.Common, "orders", first.AccessToken, "billing");
        var third = await OnAsync(world.Common, "billing", second.AccessToken, "reports");

        var shown = await world.Common.AdminGetAsync("/tokens/" + second.Claims["jti"]);
        shown.Status.ShouldBe(HttpStatusCode.OK, shown.Body);
        ((string?)shown.Json["entry"]!["jti"]).ShouldBe((string?)second.Claims["jti"]);
        Ids("ancestors").ShouldBe([(string?)minted.Json["id"], (string?)first.Claims["jti"]]);
        Ids("descendants").ShouldBe([(string?)third.Claims["jti"]]);
        (await world.Common.AdminGetAsync("/tokens/" + new string('A', 22))).Status.ShouldBe(HttpStatusCode.NotFound);
        (await world.Common.AdminGetAsync("/tokens/nonsense")).Status.ShouldBe(HttpStatusCode.BadRequest);

        string?[] Ids(string name) => [.. shown.Json[name]!.AsArray().Select(entry => (string?)entry!["jti"])];
    }

    [Fact]
    public async Task A_token_is_shown_with_what_revoked_it()
    {
        await using var world = await StartAsync();
        var server = world.Common;
        var first = await SignInAsync(world, server);
        var second = await OnAsync(server, "orders", first.AccessToken, "billing");
        var (parent, child) = ((string)first.Claims["jti"]!, (string)second.Claims["jti"]!);
        foreach (var id in new[] { parent, child })
        {
            var alive = (await server.AdminGetAsync("/tokens/" + id)).Json;
            (((bool)alive["revoked"]!), alive.ContainsKey("revocation")).ShouldBe((false, false));
        }

        await RevokeAsync(server, "issuer", "login");
        await ShownAsync(child, "issuer", "login", "a leak");
        await RevokeAsync(server, "client", "orders");
        await ShownAsync(child, "client", "orders", "a leak");
        await ShownAsync(parent, "issuer", "login", "a leak");
        await RevokeAsync(server, "subject", "login:alice");
        await ShownAsync(parent, "subject", "login:alice", "a leak");
        (await server.AdminAsync(HttpMethod.Delete, $"/tokens/{parent}?reason=lost")).Status.ShouldBe(HttpStatusCode.NoContent);
        await ShownAsync(child, "id", parent, "lost");

        world.Clock!.Advance(NextSecond);
        var later = (string)(await SignInAsync(world, server, "bob")).Claims["jti"]!;
        ((bool)(await server.AdminGetAsync("/tokens/" + later)).Json["revoked"]!).ShouldBeFalse("what was issued since is not revoked");

        async Task ShownAsync(string id, string kind, string value, string reason)
        {
            var shown = (await server.AdminGetAsync("/tokens/" + id)).Json;
            ((bool)shown["revoked"]!).ShouldBeTrue();
            var revocation = shown["revocation"]!;
            ((string?)revocation[kind], (string?)revocation["reason"]).ShouldBe((value, reason), shown.ToJsonString());
            ((string)revocation["revoked_at"]!).ShouldStartWith("2030-01-01T00:00:0");
        }
    }

    [Fact]
    public async Task What_was_revoked_and_why_stands_in_the_list_and_is_found_by_whom_it_concerns()
    {
        await using var world = await StartAsync();
        var server = world.Common;
        var jti = (string)(await SignInAsync(world, server)).Claims["jti"]!;
        await RevokeAsync(server, "client", "support");
        await RevokeAsync(server, "subject", "login:carol");
        await RevokeAsync(server, "id", jti);
        (await server.AdminAsync(HttpMethod.Delete, $"/tokens/{jti}?reason=lost")).Status.ShouldBe(HttpStatusCode.NoContent);
        var minted = (string)(await server.MintAsync("login:dora")).Json["id"]!;
        (await server.AdminAsync(HttpMethod.Delete, $"/impersonation-tokens/{minted}?reason=done")).Status.ShouldBe(HttpStatusCode.NoContent);

        (await ActsAsync("client=support")).ShouldBe(["revocations.create: revoked every token of client support until now | reason: a leak"]);
        (await ActsAsync("subject=login:carol")).ShouldBe(["revocations.create: revoked every token of subject login:carol until now | reason: a leak"]);
        var entries = await server.Engine.Store.Decisions.PageAsync(new() { Outcome = DecisionOutcome.AdminAct, Lineage = jti }, default, 10, TestContext.Current.CancellationToken);
        entries.Select(entry => (entry.Action, entry.Trace)).ShouldBe(
            [("tokens.revoke", $"revoked {jti} and everything beneath it\nreason: lost"), ("revocations.create", $"revoked {jti} and everything beneath it\nreason: a leak")]);
        var ofMinted = await server.Engine.Store.Decisions.PageAsync(new() { Lineage = minted }, default, 10, TestContext.Current.CancellationToken);
        ofMinted.Select(entry => entry.Action).ShouldBe(["impersonation_tokens.cancel", "impersonation_tokens.mint"]);

        async Task<string[]> ActsAsync(string filter) =>
            [.. (await server.AdminGetAsync("/decisions?outcome=admin&" + filter)).Json["decisions"]!.AsArray()
                .Select(entry => $"{entry!["action"]}: {string.Join(" | ", entry["trace"]!.AsArray().Select(line => (string)line!))}")];
    }

    [Fact]
    public async Task Slips_are_refused_and_what_was_done_is_on_record()
    {
        await using var world = await StartAsync();
        foreach (var wrong in new JsonObject[]
        {
            new() { ["client"] = "web" },
            new() { ["reason"] = "x" },
            new() { ["reason"] = "x", ["client"] = "web", ["subject"] = "y" },
            new() { ["reason"] = "x", ["id"] = "not an id" },
            new() { ["reason"] = "x", ["issuer"] = "nobody" },
            new() { ["reason"] = "x", ["issuer"] = "self" },
            new() { ["reason"] = "x", ["client"] = "web", ["until"] = 1 },
        })
            (await world.Common.AdminPostAsync("/revocations", wrong)).Status.ShouldBe(HttpStatusCode.BadRequest, wrong.ToJsonString());

        var log = world.Common.Engine.Store.Decisions;
        var cancellation = TestContext.Current.CancellationToken;
        (await log.PageAsync(new() { Outcome = DecisionOutcome.AdminAct }, default, 10, cancellation)).ShouldBeEmpty();
        (await log.PageAsync(new() { Outcome = DecisionOutcome.Refused }, default, 10, cancellation)).Count.ShouldBe(7);
        await RevokeAsync(world.Common, "client", "web");
        var entry = (await log.PageAsync(new() { Outcome = DecisionOutcome.AdminAct }, default, 10, cancellation)).ShouldHaveSingleItem();
        (entry.Action, entry.Trace).ShouldBe(("revocations.create", "revoked every token of client web until now\nreason: a leak"));
    }
}
