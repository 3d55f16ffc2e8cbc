using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Scenarios;

/// <summary>What a server that exchanges opaque access tokens between services is expected to do.</summary>
public sealed class OpaqueScenarioTests(OpaqueWorld world)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task L7_an_opaque_access_token_of_ours_is_exchanged_and_not_consumed()
    {
        await world.GrantsAsync(async server =>
        {
            var token = (await world.OrdersAsync(server)).AccessToken;
            for (var i = 0; i < 3; i++) (await server.SendAccessTokenAsync("orders", token, ("audience", "billing"))).AccessToken.ShouldStartWith("cbt_");
            return await server.SendAccessTokenAsync("orders", token, ("audience", "billing"));
        });
    }

    [Fact]
    public async Task L8_a_tampered_opaque_token_is_unknown()
    {
        await world.RefusesAsync(Reason.SubjectUnknown, async server =>
        {
            var token = (await world.OrdersAsync(server)).AccessToken;
            var other = token[10] == 'A' ? 'B' : 'A';
            return await server.SendAccessTokenAsync("orders", token[..10] + other + token[11..], ("audience", "billing"));
        });
        await world.RefusesAsync(Reason.SubjectUnknown, async server =>
            await server.SendAccessTokenAsync("orders", (await world.OrdersAsync(server)).AccessToken + "A", ("audience", "billing")));
    }

    [Fact]
    public async Task L8_an_expired_opaque_token_is_refused()
    {
        var clock = new FakeClock();
        await using var own = await AdHocWorld.StartAsync(OpaqueWorld.RegistryOf, clock);
        var tokens = new Dictionary<TestServer, string>();
        foreach (var server in new[] { own.Common, own.Rfc8693 }) tokens[server] = (await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"))).AccessToken;
        clock.Jump(TimeSpan.FromSeconds(298));
        await own.GrantsAsync(server => server.SendAccessTokenAsync("orders", tokens[server], ("audience", "billing")));
        clock.Jump(TimeSpan.FromSeconds(2));
        await own.RefusesAsync(Reason.SubjectExpired, server => server.SendAccessTokenAsync("orders", tokens[server], ("audience", "billing")));

        // Long after, it is no longer there at all.
        clock.Jump(TimeSpan.FromHours(2));
        foreach (var server in new[] { own.Common, own.Rfc8693 }) await server.Engine.Store.Ledger.PurgeAsync(Cancel);
        await own.RefusesAsync(Reason.SubjectUnknown, server => server.SendAccessTokenAsync("orders", tokens[server], ("audience", "billing")));
    }

    [Fact]
    public async Task L8_a_revoked_opaque_token_is_refused()
    {
        await world.RefusesAsync(Reason.SubjectRevoked, async server =>
        {
            var token = (await world.OrdersAsync(server)).AccessToken;
            var stored = await server.Engine.Store.Tokens.FindAsync(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token)), Cancel);
            await server.Engine.Store.Ledger.RevokeAsync(new(RevocationKind.Lineage, stored!.Id, 0, "a test", stored.ExpiresAt), Cancel);
            return await server.SendAccessTokenAsync("orders", token, ("audience", "billing"));
        });
    }

    [Fact]
    public async Task L15_a_store_that_cannot_be_read_is_no_verdict_on_the_token()
    {
        await using var own = await AdHocWorld.StartAsync(OpaqueWorld.RegistryOf);
        foreach (var server in new[] { own.Common, own.Rfc8693 })
        {
            var opaque = (await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"))).AccessToken;
            var jwt = (await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "reports"))).AccessToken;
            await server.Engine.Store.DisposeAsync();
            foreach (var token in new[] { opaque, jwt, "cbt_" + new string('A', 43), "sub_" + new string('A', 43) })
            {
                var answer = await server.SendAccessTokenAsync("orders", token, ("audience", "billing"));
                ((int)answer.Status, answer.Error).ShouldBe((503, "temporarily_unavailable"));
                answer.Headers.RetryAfter.ShouldNotBeNull();
            }
        }
    }
}
