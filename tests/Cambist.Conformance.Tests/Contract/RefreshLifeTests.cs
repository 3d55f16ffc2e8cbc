using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>How long refresh tokens and what they give live: from the exchange on, and within the subject where nothing else is said.</summary>
public sealed class RefreshLifeTests
{
    static async Task<AdHocWorld> StartAsync() => await AdHocWorld.StartAsync(RefreshWorld.RegistryOf, new FakeClock());

    static async Task<long> ExpiryAsync(TestServer server, string client, string token) => (await server.IntrospectAsync(client, token)).Json.Number("exp");

    [Fact]
    public async Task Rotation_does_not_lengthen_the_life()
    {
        await using var own = await StartAsync();
        var server = own.Common;
        var answer = await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"));
        var end = answer.Claims.Number("iat") + (8 * 3600);
        foreach (var step in new[] { 300, 4 * 3600, 3 * 3600, 3600 - 300 - 60 })
        {
            (await ExpiryAsync(server, "web", answer.RefreshToken)).ShouldBe(end);
            own.Clock!.Jump(TimeSpan.FromSeconds(step));
            answer = await server.RefreshAsync("web", answer.RefreshToken);
            answer.Claims.Number("exp").ShouldBeLessThanOrEqualTo(end);
        }

        answer.Json.Number("expires_in").ShouldBe(60); // the last minute
        own.Clock!.Jump(TimeSpan.FromSeconds(59.5));
        (await server.RefreshAsync("web", answer.RefreshToken)).Reason.ShouldBe("refresh_token_expired");
        (await server.IntrospectAsync("web", answer.RefreshToken)).Body.ShouldBe("""{"active":false}""");
    }

    [Fact]
    public async Task Without_may_outlive_subject_all_of_it_ends_with_the_subject()
    {
        await using var own = await StartAsync();
        var server = own.Common;
        var first = await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "reports")); // of five minutes
        var end = first.Claims.Number("iat") + 300;
        (await ExpiryAsync(server, "web", first.RefreshToken)).ShouldBe(end);
        own.Clock!.Jump(TimeSpan.FromSeconds(200));
        var second = await server.RefreshAsync("web", first.RefreshToken);
        (second.Claims.Number("exp"), await ExpiryAsync(server, "web", second.RefreshToken)).ShouldBe((end, end));
        own.Clock.Jump(TimeSpan.FromSeconds(100));
        (await server.RefreshAsync("web", second.RefreshToken)).Reason.ShouldBe("refresh_token_expired");
    }

    [Fact]
    public async Task TX_39_what_descends_from_a_token_of_ours_ends_with_it()
    {
        await using var own = await StartAsync();
        var server = own.Common;
        var signedIn = await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"), ("scope", "read")); // of ten minutes
        var billing = await server.SendAccessTokenAsync("orders", signedIn.AccessToken, ("audience", "billing"));
        var end = signedIn.Claims.Number("exp");
        (await ExpiryAsync(server, "orders", billing.RefreshToken)).ShouldBe(end);
        own.Clock!.Jump(TimeSpan.FromSeconds(500));
        var again = await server.RefreshAsync("orders", billing.RefreshToken);
        ((await ExpiryAsync(server, "billing", again.AccessToken)), again.Json.Text("scope")).ShouldBe((end, "read"));
        (await server.RefreshAsync("orders", again.RefreshToken, ("scope", "pay"))).Reason.ShouldBe("scope_not_granted");
        own.Clock.Jump(TimeSpan.FromSeconds(100));
        (await server.RefreshAsync("orders", again.RefreshToken)).Reason.ShouldBe("refresh_token_expired");
    }

    [Fact]
    public async Task A_rule_that_takes_back_may_outlive_subject_ends_what_outlived_it()
    {
        await using var world = await ReloadWorld.StartAsync(RefreshWorld.RegistryOf);
        var token = (await world.Server.SendIdTokenAsync("web", world.Login.IdToken("alice", "web"), ("audience", "orders"))).RefreshToken;
        ((FakeClock)world.Server.Clock!).Jump(TimeSpan.FromMinutes(6));
        token = (await world.Server.RefreshAsync("web", token)).RefreshToken;
        await world.Server.EditRegistryAsync("    may_outlive_subject: true\n", "");
        (await world.Server.RefreshAsync("web", token)).Reason.ShouldBe("refresh_token_expired");
    }

    [Fact]
    public async Task An_hour_of_uses_each_minute_adds_nothing_to_the_lineage()
    {
        await using var own = await StartAsync();
        var answer = await own.Common.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"));
        for (var i = 0; i < 60; i++)
        {
            own.Clock!.Jump(TimeSpan.FromMinutes(1));
            answer = await own.Common.RefreshAsync("web", answer.RefreshToken);
        }

        answer.Claims.Text("jti").Split('.').Length.ShouldBe(3);
    }

    [Fact]
    public async Task The_last_access_token_of_a_lineage_may_be_under_a_refresh_token_and_none_is_beyond()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
            resources: { hops: { identifiers: https://hops.example.com }, stays: { identifiers: https://stays.example.com } }
            clients: { {{Client("web")}} }
            rules:
              - { name: in, clients: web, subject: { issuer: login }, actor: none, targets: { hops: [] } }
              - { name: on, clients: web, actor: none, targets: { hops: [] } }
              - { name: stays, clients: web, actor: none, refresh: { lifetime: 4m }, targets: { stays: [] } }
            """);
        await own.RefusesAsync(Reason.LineageTooDeep, async server =>
        {
            var token = (await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "hops"))).AccessToken;
            for (var segments = 3; segments <= 14; segments++) token = (await server.SendAccessTokenAsync("web", token, ("audience", "hops"))).AccessToken;
            var last = await server.SendAccessTokenAsync("web", token, ("audience", "stays"));
            foreach (var answer in new[] { last, await server.RefreshAsync("web", last.RefreshToken) }) answer.Claims.Text("jti").Split('.').Length.ShouldBe(16);
            token = (await server.SendAccessTokenAsync("web", token, ("audience", "hops"))).AccessToken;
            return await server.SendAccessTokenAsync("web", token, ("audience", "stays"));
        });
    }
}
