using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Conformance.Tests.ImpersonationWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>
/// A subject, a client or an issuer is revoked for every token of ours that was recorded until then, by the millisecond, and for none that was
/// recorded later, be it in the same second; or in the same millisecond, where the clock stands still. Everybody who is asked says the same.
/// </summary>
public sealed class RevokedInstantTests
{
    const int Rounds = 12;

    static Task<AdHocWorld> StartAsync(bool isFrozen) => AdHocWorld.StartAsync(
        login => $$"""
            issuers:
              login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: [web] } }, subject: "login:{sub}" }
            resources:
              orders:  { identifiers: https://orders.example.com }
              billing: { identifiers: https://billing.example.com, token: { format: opaque } }
              reports: { identifiers: https://reports.example.com }
            clients:
              {{Client("web")}}
              {{Client("support")}}
              {{Client("svc", "client_credentials: { billing: [], reports: [] }")}}
              {{Client("ops", "client_credentials: { cambist-admin: [impersonation, tokens] }")}}
              {{Client("orders", "serves: orders")}}
              {{Client("billing", "serves: [billing, reports]")}}
            rules:
              - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, refresh: { lifetime: 8h }, may_outlive_subject: true, targets: { orders: [] } }
              - { name: as-customers, clients: support, subject: { issuer: impersonation }, targets: { orders: [] } }
              - { name: on, clients: [orders, billing], subject: { kind: [user, client, impersonated] }, targets: { billing: [], reports: [] } }
            """,
        isFrozen ? new FakeClock() : null);

    /// <summary>Alice signs in again, at a provider whose clock is ahead: tokens from outside count by the second of their iat.</summary>
    static async Task<Answer> SignInAgainAsync(AdHocWorld world)
    {
        var answer = await world.Common.SendIdTokenAsync("web", world.IdToken(claims => claims["iat"] = claims.Number("iat") + 2), ("audience", "orders"));
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        return answer;
    }

    static async Task RevokeAsync(TestServer server, string kind, string value) =>
        (await server.AdminPostAsync("/revocations", new() { [kind] = value, ["reason"] = "a leak" })).Status.ShouldBe(HttpStatusCode.OK);

    /// <summary>What introspection, an exchange and the admin API say of a token; all the same.</summary>
    static async Task ShouldBeAsync(TestServer server, bool isAlive, string token, string holder, string? id)
    {
        (await RefreshWorld.IsActiveAsync(server, holder, token)).ShouldBe(isAlive);
        var exchanged = await server.SendAccessTokenAsync(holder, token, ("audience", "billing"));
        if (isAlive) exchanged.Status.ShouldBe(HttpStatusCode.OK, exchanged.Body);
        else exchanged.Reason.ShouldBe("subject_revoked");
        if (id is null) return;
        var shown = (await server.AdminGetAsync("/tokens/" + id)).Json;
        ((bool)shown["revoked"]!).ShouldBe(!isAlive, shown.ToJsonString());
    }

    static async Task<string> IdOfAsync(TestServer server, string holder, string token) => (string)(await server.IntrospectAsync(holder, token)).Json["jti"]!;

    [Theory]
    [InlineData("reports", false)]
    [InlineData("reports", true)]
    [InlineData("billing", false)]
    [InlineData("billing", true)]
    public async Task A_client_is_revoked_until_now_and_gets_a_token_at_once_that_lives(string api, bool isFrozen)
    {
        await using var world = await StartAsync(isFrozen);
        var server = world.Common;
        for (var round = 0; round < Rounds; round++)
        {
            var before = (await server.ForItselfAsync("svc", ("audience", api))).AccessToken;
            var beforeId = await IdOfAsync(server, "billing", before);
            await RevokeAsync(server, "client", "svc");
            var after = (await server.ForItselfAsync("svc", ("audience", api))).AccessToken;
            await ShouldBeAsync(server, false, before, "billing", beforeId);
            await ShouldBeAsync(server, true, after, "billing", await IdOfAsync(server, "billing", after));
        }
    }

    [Theory]
    [InlineData("subject", "login:alice", false)]
    [InlineData("subject", "login:alice", true)]
    [InlineData("issuer", "login", false)]
    [InlineData("issuer", "login", true)]
    public async Task A_subject_or_an_issuer_is_revoked_until_now_and_a_sign_in_right_after_lives_with_its_refresh_token(string kind, string value, bool isFrozen)
    {
        await using var world = await StartAsync(isFrozen);
        var server = world.Common;
        for (var round = 0; round < Rounds; round++)
        {
            var before = await SignInAgainAsync(world);
            await RevokeAsync(server, kind, value);
            if (!isFrozen || round > 0) (await server.SendIdTokenAsync("web", world.IdToken(claims => claims["iat"] = claims.Number("iat") - 1), ("audience", "orders"))).Reason.ShouldBe("subject_revoked");
            var after = await SignInAgainAsync(world);

            await ShouldBeAsync(server, false, before.AccessToken, "orders", (string)before.Claims["jti"]!);
            (await server.RefreshAsync("web", before.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
            (await RefreshWorld.IsActiveAsync(server, "web", before.RefreshToken)).ShouldBeFalse();

            await ShouldBeAsync(server, true, after.AccessToken, "orders", (string)after.Claims["jti"]!);
            (await RefreshWorld.IsActiveAsync(server, "web", after.RefreshToken)).ShouldBeTrue();
            var refreshed = await server.RefreshAsync("web", after.RefreshToken);
            refreshed.Status.ShouldBe(HttpStatusCode.OK, refreshed.Body);
            await ShouldBeAsync(server, true, refreshed.AccessToken, "orders", (string)refreshed.Claims["jti"]!);
            (await server.RefreshAsync("web", refreshed.RefreshToken)).Status.ShouldBe(HttpStatusCode.OK, "a rotated one stands for the same exchange");
        }
    }

    [Theory]
    [InlineData("subject", "login:carol", false)]
    [InlineData("subject", "login:carol", true)]
    [InlineData("issuer", "impersonation", false)]
    [InlineData("issuer", "impersonation", true)]
    public async Task Impersonation_is_revoked_until_now_and_what_is_minted_right_after_is_redeemed_and_lives(string kind, string value, bool isFrozen)
    {
        await using var world = await StartAsync(isFrozen);
        var server = world.Common;
        for (var round = 0; round < Rounds; round++)
        {
            var unredeemed = await MintedAsync(server, subject: "login:carol");
            var before = await RedeemAsync(server, await MintedAsync(server, subject: "login:carol"));
            await RevokeAsync(server, kind, value);
            var after = await RedeemAsync(server, await MintedAsync(server, subject: "login:carol"));

            (await RedeemAsync(server, unredeemed)).Reason.ShouldBe("subject_revoked");
            await ShouldBeAsync(server, false, before.AccessToken, "orders", (string)before.Claims["jti"]!);
            await ShouldBeAsync(server, true, after.AccessToken, "orders", (string)after.Claims["jti"]!);
        }
    }

    [Fact]
    public async Task An_administrator_whose_client_was_revoked_acts_at_once_with_a_new_token_and_not_with_the_old_one()
    {
        await using var world = await StartAsync(isFrozen: true);
        var server = world.Common;
        async Task<string> TokenAsync() => (await server.ForItselfAsync("ops", ("audience", "cambist-admin"))).AccessToken;
        for (var round = 0; round < Rounds; round++)
        {
            var before = await TokenAsync();
            await RevokeAsync(server, "client", "ops");
            var after = await TokenAsync();

            (await server.MintAsync("login:carol", token: before)).Status.ShouldBe(HttpStatusCode.Unauthorized);
            (await server.MintAsync("login:carol", token: after)).Status.ShouldBe(HttpStatusCode.Created);
            (await server.AdminPostAsync("/revocations", new JsonObject { ["subject"] = "login:dora", ["reason"] = "a leak" }, after)).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task What_came_right_after_a_revocation_is_given_back_for_good_and_a_refresh_token_used_twice_ends_its_branch()
    {
        await using var world = await StartAsync(isFrozen: true);
        var server = world.Common;
        await RevokeAsync(server, "client", "web");
        await RevokeAsync(server, "subject", "login:alice");

        var given = await SignInAgainAsync(world);
        (await server.RevokeAsync("web", given.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);
        await ShouldBeAsync(server, false, given.AccessToken, "orders", (string)given.Claims["jti"]!);

        var first = await SignInAgainAsync(world);
        var second = await server.RefreshAsync("web", first.RefreshToken);
        (await server.RefreshAsync("web", first.RefreshToken)).Reason.ShouldBe("refresh_token_reused");
        (await server.RefreshAsync("web", second.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
        await ShouldBeAsync(server, false, second.AccessToken, "orders", (string)second.Claims["jti"]!);
    }

    [Fact]
    public async Task Exchanges_that_race_with_the_revocation_of_their_client_live_or_not_by_which_the_ledger_recorded_first()
    {
        await using var world = await StartAsync(isFrozen: false);
        var server = world.Common;
        var (older, later) = (0, 0);
        for (var round = 0; round < 40; round++)
        {
            var racing = Enumerable.Range(0, 4).Select(_ => server.ForItselfAsync("svc", ("audience", "reports"))).ToArray();
            var revoking = server.AdminPostAsync("/revocations", new JsonObject { ["client"] = "svc", ["reason"] = "a leak" });
            var tokens = (await Task.WhenAll(racing)).ToList();
            (await revoking).Status.ShouldBe(HttpStatusCode.OK);
            tokens.Add(await server.ForItselfAsync("svc", ("audience", "reports")));

            var at = (await server.Engine.Store.Ledger.IsRevokedAsync(new("x", "", "svc", "", 0, IsExternal: false), TestContext.Current.CancellationToken))!.At;
            foreach (var token in tokens)
            {
                var id = (string)token.Claims["jti"]!;
                var entry = (await server.Engine.Store.Decisions.PageAsync(new() { Issued = id }, default, 1, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
                var isLater = entry.Id.Milliseconds > at;
                if (isLater) later++;
                else older++;
                await ShouldBeAsync(server, isLater, token.AccessToken, "billing", id);
            }
        }

        (older, later).ShouldSatisfyAllConditions(seen => seen.older.ShouldBePositive(), seen => seen.later.ShouldBeGreaterThanOrEqualTo(40));
    }
}
