using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.ActingWorld;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>The lineage of subject and actor is checked when an exchange is committed.</summary>
public sealed class ActorRevocationTests(ActingWorld world) : IClassFixture<ActingWorld>
{
    async Task RevokeAsync(RevocationKind kind, Func<TestServer, string> value)
    {
        foreach (var server in new[] { world.Common, world.Rfc8693 })
            await server.Engine.Store.Ledger.RevokeAsync(new(kind, value(server), 0, "a test", 0), TestContext.Current.CancellationToken);
    }

    Task RefusedAsync(Reason reason, Func<TestServer, Task<Answer>> request) => world.RefusesAsync(reason, request);

    [Fact]
    public async Task A_revoked_agent_acts_no_more_and_others_do()
    {
        var (bad, good) = (world.Agent("revoked"), world.Agent("spared"));
        await RevokeAsync(RevocationKind.Subject, _ => "agent:revoked");
        await RefusedAsync(Reason.ActorRevoked, server => world.ActAsync(server, bad));
        await world.GrantsAsync(server => world.ActAsync(server, good));
    }

    [Fact]
    public async Task A_revoked_actor_token_of_ours_acts_no_more_and_another_does()
    {
        var tokens = new Dictionary<TestServer, string>();
        foreach (var server in new[] { world.Common, world.Rfc8693 }) tokens[server] = await RunnerAsync(server);
        await RevokeAsync(RevocationKind.Lineage, server => TestJwt.Parse(tokens[server]).Claims.Text("jti"));
        await RefusedAsync(Reason.ActorRevoked, server => world.ActAsync(server, tokens[server], type: "access_token"));
        await world.GrantsAsync(async server => await world.ActAsync(server, await RunnerAsync(server), type: "access_token"));
    }

    [Fact]
    public async Task A_revoked_subject_stops_an_exchange_whoever_acts()
    {
        var tokens = new Dictionary<TestServer, string>();
        foreach (var server in new[] { world.Common, world.Rfc8693 }) tokens[server] = await world.DeskAsync(server);
        await RevokeAsync(RevocationKind.Lineage, server => TestJwt.Parse(tokens[server]).Claims.Text("jti"));
        await RefusedAsync(Reason.SubjectRevoked, server => server.SendAccessTokenAsync("runner", tokens[server], [("audience", "tools"), .. Actor(world.Agent())]));
    }
}
