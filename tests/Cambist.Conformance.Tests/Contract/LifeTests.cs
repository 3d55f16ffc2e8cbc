using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>How long tokens live, to the millisecond.</summary>
public sealed class LifeTests
{
    static long Seconds(AdHocWorld own) => own.Clock!.GetUtcNow().ToUnixTimeSeconds();

    static Task<Answer> SendAsync(AdHocWorld own, TestServer server, Action<JsonObject>? change = null) => server.SendIdTokenAsync("web", own.IdToken(change), ("audience", "orders"));

    static Task<AdHocWorld> StartAsync(string issuer = "", string rule = "", string resource = "", FakeClock? clock = null) => AdHocWorld.StartAsync(login => $$"""
        issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web{{issuer}} }, access_token: { audiences: urn:app } }, subject: "{sub}" } }
        resources: { orders: { identifiers: https://orders.example.com{{resource}} }, billing: { identifiers: https://billing.example.com } }
        clients: { {{Client("web", "known_as: urn:app")}}, {{Client("orders", "serves: orders")}} }
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [] }{{rule}} }
          - { name: on, clients: orders, targets: { billing: [] } }
        """, clock ?? new FakeClock());

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(999, false)]
    public async Task Under_a_second_left_is_expired(int millisecondsLater, bool isTaken)
    {
        await using var own = await StartAsync();
        var token = own.IdToken(claims => claims["exp"] = Seconds(own) + 100);
        own.Clock!.Advance(TimeSpan.FromMilliseconds(99_000 + millisecondsLater));
        if (isTaken) await own.GrantsAsync(server => server.SendIdTokenAsync("web", token, ("audience", "orders")));
        else await own.RefusesAsync(Reason.SubjectExpired, server => server.SendIdTokenAsync("web", token, ("audience", "orders")));
    }

    [Fact]
    public async Task A_token_with_a_second_left_gives_one_that_still_lives()
    {
        await using var own = await StartAsync();
        own.Clock!.Advance(TimeSpan.FromMilliseconds(500));
        var answer = await own.GrantsAsync(server => SendAsync(own, server, claims => claims["exp"] = Seconds(own) + 2));
        answer.Json.Number("expires_in").ShouldBeInRange(1, 2);
    }

    [Fact]
    public async Task Our_own_token_expires_to_the_second_too()
    {
        await using var own = await StartAsync();
        var tokens = new Dictionary<TestServer, string>();
        foreach (var server in new[] { own.Common, own.Rfc8693 }) tokens[server] = (await SendAsync(own, server)).AccessToken;
        own.Clock!.Advance(TimeSpan.FromSeconds(299));
        await own.GrantsAsync(server => server.SendAccessTokenAsync("orders", tokens[server], ("audience", "billing")));
        own.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await own.RefusesAsync(Reason.SubjectExpired, server => server.SendAccessTokenAsync("orders", tokens[server], ("audience", "billing")));
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public async Task Nbf_and_iat_have_60_seconds_of_leeway(int ahead, bool isTaken)
    {
        await using var own = await StartAsync();
        if (isTaken)
        {
            await own.GrantsAsync(server => SendAsync(own, server, claims => claims["nbf"] = Seconds(own) + ahead));
            await own.GrantsAsync(server => SendAsync(own, server, claims => claims["iat"] = Seconds(own) + ahead));
        }
        else
        {
            await own.RefusesAsync(Reason.SubjectNotYetValid, server => SendAsync(own, server, claims => claims["nbf"] = Seconds(own) + ahead));
            await own.RefusesAsync(Reason.SubjectIssuedInFuture, server => SendAsync(own, server, claims => claims["iat"] = Seconds(own) + ahead));
        }
    }

    [Theory]
    [InlineData("", 3600)]
    [InlineData(", max_age: 5m", 300)]
    [InlineData(", max_age: 2d", 172_800)]
    public async Task Max_age_counts_from_iat(string member, long seconds)
    {
        await using var own = await StartAsync(issuer: member);
        await own.GrantsAsync(server => SendAsync(own, server, claims => claims["iat"] = Seconds(own) - seconds));
        await own.RefusesAsync(Reason.SubjectTooOld, server => SendAsync(own, server, claims => claims["iat"] = Seconds(own) - seconds - 1));
        await own.RefusesAsync(Reason.SubjectClaimInvalid, server => SendAsync(own, server, claims => claims.Remove("iat")));
    }

    [Fact]
    public async Task An_access_token_has_no_max_age_unless_one_is_written()
    {
        await using var own = await StartAsync();
        await own.GrantsAsync(server => server.SendAccessTokenAsync("web", own.Login.AccessToken("alice", "urn:app", "", "app", claims => claims["iat"] = Seconds(own) - 1_000_000), ("audience", "orders")));
    }

    [Theory]
    [InlineData("", "", 100_000, 600)]
    [InlineData("", ", token: { lifetime: 5m }", 100_000, 300)]
    [InlineData(", lifetime: 2m", ", token: { lifetime: 5m }", 100_000, 120)]
    [InlineData(", lifetime: 4m", ", token: { lifetime: 3m }", 100_000, 180)]
    [InlineData("", "", 30, 30)]
    [InlineData(", lifetime: 2m", "", 30, 30)]
    [InlineData(", lifetime: 2m, may_outlive_subject: true", "", 30, 120)]
    [InlineData(", may_outlive_subject: true", ", token: { lifetime: 1h }", 30, 3600)]
    [InlineData(", may_outlive_subject: true", ", token: { lifetime: 1h }", 7200, 3600)]
    public async Task The_life_of_a_token_is_the_least_of_all(string rule, string resource, long left, long expected)
    {
        await using var own = await StartAsync(rule: rule, resource: resource);
        var answer = await own.GrantsAsync(server => SendAsync(own, server, claims => claims["exp"] = Seconds(own) + left));
        answer.Json.Number("expires_in").ShouldBe(expected);
        answer.Claims.Number("exp").ShouldBe(Seconds(own) + expected);
        answer.Claims.Number("iat").ShouldBe(Seconds(own));
    }

    [Fact]
    public async Task Only_the_first_hop_may_outlive_its_subject()
    {
        await using var own = await StartAsync(rule: ", lifetime: 2m, may_outlive_subject: true");
        var answer = await own.GrantsAsync(async server =>
        {
            var first = await SendAsync(own, server, claims => claims["exp"] = Seconds(own) + 30);
            return await server.SendAccessTokenAsync("orders", first.AccessToken, ("audience", "billing"));
        });
        answer.Json.Number("expires_in").ShouldBe(120);
    }

    [Fact]
    public async Task May_outlive_subject_does_not_revive_an_expired_token()
    {
        await using var own = await StartAsync(rule: ", may_outlive_subject: true");
        await own.RefusesAsync(Reason.SubjectExpired, server => SendAsync(own, server, claims => (claims["iat"], claims["exp"]) = (Seconds(own) - 60, Seconds(own))));
    }

    [Fact]
    public async Task Exchanging_just_before_the_end_again_and_again_wins_no_time()
    {
        var clock = new FakeClock();
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace(
            "rules: [ ", "rules: [ { name: again, clients: web, actor: none, targets: { orders: [read, write] } }, ", StringComparison.Ordinal), clock);
        var answer = await own.Common.SendIdTokenAsync("web", own.IdToken());
        var end = answer.Claims.Number("exp");
        for (var i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(59));
            answer = await own.Common.SendAccessTokenAsync("web", answer.AccessToken, ("audience", "orders"));
            answer.Claims.Number("exp").ShouldBe(end);
        }

        clock.Advance(TimeSpan.FromSeconds(5));
        (await own.Common.SendAccessTokenAsync("web", answer.AccessToken, ("audience", "orders"))).Reason.ShouldBe("subject_expired");
    }

    [Fact]
    public async Task May_outlive_subject_with_our_own_tokens_does_not_load()
    {
        var failure = await Should.ThrowAsync<Exception>(() => TestServer.StartAsync(issuer => $$"""
            issuer: {{issuer}}
            resources: { orders: { identifiers: https://orders.example.com } }
            clients: { {{Client("web")}} }
            rules: [ { name: r, clients: web, may_outlive_subject: true, targets: { orders: [] } } ]
            """));
        failure.Message.ShouldContain("may_outlive_subject");
    }

    [Fact]
    public async Task A_clock_that_is_far_ahead_accepts_nothing_expired()
    {
        await using var own = await StartAsync();
        var token = own.IdToken();
        own.Clock!.Advance(TimeSpan.FromMinutes(6));
        await own.RefusesAsync(Reason.SubjectExpired, server => server.SendIdTokenAsync("web", token, ("audience", "orders")));
    }
}
