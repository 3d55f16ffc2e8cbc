using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.ActingWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-38 to AB-42: actors that are halves, not meant, forged, stripped or stolen.</summary>
public sealed class ActorAbuseTests(ActingWorld world) : IClassFixture<ActingWorld>
{
    [Fact]
    public async Task AB_38_half_an_actor_is_refused()
    {
        async Task<Answer> SendAsync(TestServer server, params (string, string)[] more) =>
            await server.SendAccessTokenAsync("runner", await world.DeskAsync(server), [("audience", "tools"), .. more]);

        await world.RefusesAsync(Reason.ParameterUnpaired, server => SendAsync(server, ("actor_token", world.Agent())));
        await world.RefusesAsync(Reason.ParameterUnpaired, server => SendAsync(server, ("actor_token_type", IdTokenType)));
        foreach (var type in new[] { "garbage", "id_token", IdTokenType.ToUpperInvariant(), IdTokenType + " " })
            await world.RefusesAsync(Reason.ActorTokenTypeUnsupported, server => SendAsync(server, ("actor_token", world.Agent()), ("actor_token_type", type)));
    }

    [Fact]
    public async Task AB_39_an_actor_beside_may_act_is_refused()
    {
        async Task<Answer> SendAsync(TestServer server, string mayAct) => await server.SendAccessTokenAsync(
            "runner", await world.ForgedAsync(server, claims => claims["may_act"] = JsonNode.Parse(mayAct)), [("audience", "tools"), .. Actor(world.Agent())]);

        await world.RefusesAsync(Reason.MayActMismatch, server => SendAsync(server, """{"sub":"agent:somebody"}"""));
        foreach (var malformed in new[] { "\"agent:bot\"", "{}", "[]", "null", """["agent:bot"]""", """{"sub":"agent:bot","email":"x"}""" })
            await world.RefusesAsync(Reason.SubjectActMalformed, server => SendAsync(server, malformed));
    }

    [Theory]
    [InlineData("\"agent:bot\"")]
    [InlineData("{}")]
    [InlineData("""{"iss":"x"}""")]
    [InlineData("""{"sub":"agent:bot","exp":4102444800}""")]
    public async Task AB_40_a_forged_act_is_refused(string act)
    {
        await world.RefusesAsync(Reason.SubjectActMalformed, async server => await server.SendAccessTokenAsync(
            "runner", await world.ForgedAsync(server, claims => claims["act"] = JsonNode.Parse(act)), [("audience", "tools"), .. Actor(world.Agent())]));
        await world.RefusesAsync(Reason.SubjectActMalformed, server => server.SendIdTokenAsync(
            "runner", world.Partner.IdToken("carol", "runner", claims => claims["act"] = JsonNode.Parse(act)), ("audience", "tools")));
    }

    [Fact]
    public async Task AB_40_a_chain_of_a_thousand_is_refused()
    {
        var chain = string.Concat(Enumerable.Repeat("""{"sub":"a","act":""", 999)) + """{"sub":"a"}""" + new string('}', 999);
        var token = TestJwt.Sign(TestJwt.HeaderOf(Keys.Es384, "JWT").ToJsonString(), world.Partner.IdTokenClaims("carol", "runner").WithRaw("act", chain), Keys.Es384).ToString();
        await world.RefusesAsync(Reason.SubjectMalformed, server => server.SendIdTokenAsync("runner", token, ("audience", "tools")));
        await world.RefusesAsync(Reason.ActorMalformed, server => world.ActAsync(server, token));
    }

    [Fact]
    public async Task AB_41_leaving_the_actor_out_strips_no_chain()
    {
        var answer = await world.GrantsAsync(async server =>
        {
            var acted = await world.ActAsync(server, world.Agent(), "desk");
            return await server.SendAccessTokenAsync("runner", acted.AccessToken, ("audience", "quiet"));
        });
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"agent:bot"}""");
    }

    [Fact]
    public async Task AB_42_a_stolen_actor_token_serves_nobody_else()
    {
        // Runner's own token and an agent's token for runner, in the hands of other.
        async Task<Answer> SendAsync(TestServer server, string actor, string type) =>
            await server.SendIdTokenAsync("other", world.IdToken(audience: "other"), [("audience", "tools"), .. Actor(actor, type)]);

        await world.RefusesAsync(Reason.ActorNotForCaller, async server => await SendAsync(server, await RunnerAsync(server), "access_token"));
        await world.RefusesAsync(Reason.ActorNotForCaller, server => SendAsync(server, world.Agent(), "id_token"));
        await world.GrantsAsync(async server => await SendAsync(server, (await server.ForItselfAsync("other")).AccessToken, "access_token"));
        await world.GrantsAsync(server => SendAsync(server, world.Agents.IdToken("bot", "other"), "id_token"));
    }
}
