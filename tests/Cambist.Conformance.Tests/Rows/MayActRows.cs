using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.ActingWorld;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>DL-06 and DL-07 with an actor token: <c>may_act</c> speaks of the actor, in the names of the issuer it means.</summary>
public sealed class MayActRows(ActingWorld world) : IClassFixture<ActingWorld>
{
    public enum Whose { Us, Agents, Partner, Login, Nobody, Absent }

    string? IssuerOf(Whose whose, string us) => whose switch
    {
        Whose.Us => us,
        Whose.Agents => world.Agents.Issuer,
        Whose.Partner => world.Partner.Issuer,
        Whose.Login => world.Login.Issuer,
        Whose.Nobody => "https://elsewhere.example.com",
        _ => null,
    };

    JsonObject Names(string sub, Whose iss, string us) => IssuerOf(iss, us) is { } issuer ? new() { ["sub"] = sub, ["iss"] = issuer } : new() { ["sub"] = sub };

    [Theory]
    [InlineData("agent:bot", Whose.Absent, true)]
    [InlineData("agent:bot", Whose.Us, true)]
    [InlineData("bot", Whose.Agents, true)]
    [InlineData("bot", Whose.Absent, false)]
    [InlineData("bot", Whose.Us, false)]
    [InlineData("bot", Whose.Partner, false)]
    [InlineData("bot", Whose.Nobody, false)]
    [InlineData("agent:bot", Whose.Agents, false)]
    [InlineData("runner", Whose.Absent, false)]
    [InlineData("runner-there", Whose.Agents, false)]
    public async Task DL_06_DL_07_in_a_token_of_ours_it_names_the_actor_of_the_actor_token(string sub, Whose iss, bool isGranted)
    {
        async Task<Testing.Answer> SendAsync(Testing.TestServer server) => await server.SendAccessTokenAsync(
            "runner", await world.ForgedAsync(server, claims => claims["may_act"] = Names(sub, iss, server.Issuer)), [("audience", "tools"), .. Actor(world.Agent())]);
        if (isGranted) await world.GrantsAsync(SendAsync);
        else await world.RefusesAsync(Reason.MayActMismatch, SendAsync);
    }

    [Theory]
    [InlineData("helper", Whose.Absent, true)]
    [InlineData("helper", Whose.Partner, true)]
    [InlineData("partner:helper", Whose.Us, true)]
    [InlineData("partner:helper", Whose.Absent, false)]
    [InlineData("helper", Whose.Agents, false)]
    [InlineData("runner", Whose.Absent, false)]
    public async Task DL_06_DL_07_in_a_partners_token_it_names_that_issuers_own_sub(string sub, Whose iss, bool isGranted)
    {
        Task<Testing.Answer> SendAsync(Testing.TestServer server) => server.SendIdTokenAsync(
            "runner", world.Partner.IdToken("carol", "runner", claims => claims["may_act"] = Names(sub, iss, server.Issuer)), [("audience", "tools"), .. Actor(world.Partner.IdToken("helper", "runner"))]);
        if (isGranted) await world.GrantsAsync(SendAsync);
        else await world.RefusesAsync(Reason.MayActMismatch, SendAsync);
    }

    [Theory]
    [InlineData("runner", Whose.Absent, true)]
    [InlineData("runner-there", Whose.Absent, true)]
    [InlineData("runner", Whose.Us, true)]
    [InlineData("runner-there", Whose.Us, false)]
    [InlineData("other", Whose.Us, false)]
    [InlineData("other", Whose.Absent, false)]
    public async Task DL_06_DL_07_a_caller_that_acts_by_its_own_token_goes_by_its_names(string sub, Whose iss, bool isGranted)
    {
        async Task<Testing.Answer> SendAsync(Testing.TestServer server) => await server.SendIdTokenAsync(
            "runner", world.Partner.IdToken("carol", "runner", claims => claims["may_act"] = Names(sub, iss, server.Issuer)), [("audience", "tools"), .. Actor(await RunnerAsync(server), "access_token")]);
        if (isGranted) await world.GrantsAsync(SendAsync);
        else await world.RefusesAsync(Reason.MayActMismatch, SendAsync);
    }

    [Fact]
    public async Task DL_06_it_is_never_copied_and_an_actor_tokens_own_says_nothing()
    {
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync(
            "runner", await world.ForgedAsync(server, claims => claims["may_act"] = Names("agent:bot", Whose.Absent, server.Issuer)),
            [("audience", "tools"), .. Actor(world.Agent(change: claims => claims["may_act"] = new JsonObject { ["sub"] = "somebody" }))]));
        answer.Claims.ContainsKey("may_act").ShouldBeFalse();
    }
}
