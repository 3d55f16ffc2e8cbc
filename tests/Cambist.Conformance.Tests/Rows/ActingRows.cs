using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.ActingWorld;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>DL-01 to DL-12 with an actor token: who acts, who may, and for how long.</summary>
public sealed class ActingRows(ActingWorld world) : IClassFixture<ActingWorld>
{
    [Fact]
    public async Task DL_01_an_actor_token_puts_its_mapped_sub_into_act_and_no_issuer()
    {
        var answer = await world.GrantsAsync(server => world.ActAsync(server, world.Agent()));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"agent:bot"}""");
        answer.Claims.Text("sub").ShouldBe("alice");
        answer.Claims.Text("client_id").ShouldBe("runner");
        answer.Claims.ContainsKey("sub_kind").ShouldBeFalse();
    }

    [Fact]
    public async Task L11_an_actor_token_of_ours_puts_its_subject_into_act()
    {
        var answer = await world.GrantsAsync(async server => await world.ActAsync(server, await RunnerAsync(server), type: "access_token"));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"runner"}""");
        answer.Claims.Text("sub").ShouldBe("alice");
    }

    [Fact]
    public async Task L11_a_bad_actor_type_and_an_unknown_actor_are_refused()
    {
        await world.RefusesAsync(Reason.ActorTokenTypeUnsupported, server => world.ActAsync(server, world.Agent(), type: "urn:example:agent"));
        await world.RefusesAsync(Reason.ActorUnknown, server => world.ActAsync(server, "nobody", type: "access_token"));
        await world.RefusesAsync(Reason.ActorIssuerUntrusted, server => world.ActAsync(server, world.IdToken()));
    }

    [Theory]
    [InlineData("sub_0123456789", "access_token")]
    [InlineData("sub_0123456789", "urn:cambist:token-type:impersonation_token")]
    [InlineData("sub_0123456789", "urn:logto:token-type:impersonation_token")]
    [InlineData("cbr_0123456789", "refresh_token")]
    public async Task An_impersonation_token_or_refresh_token_is_nobodys_actor(string token, string type) =>
        await world.RefusesAsync(Reason.ActorTokenTypeUnsupported, server => world.ActAsync(server, token, type: type));

    [Fact]
    public async Task DL_02_an_actor_token_stands_outside_the_older_chain()
    {
        var answer = await world.GrantsAsync(async server =>
        {
            var first = await world.ActAsync(server, world.Agent("one"));
            var second = await server.SendAccessTokenAsync("tools", first.AccessToken, ("audience", "desk"));
            return await server.SendAccessTokenAsync("runner", second.AccessToken, [("audience", "tools"), .. Actor(world.Agent("two"))]);
        });
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"agent:two","act":{"sub":"tools","act":{"sub":"agent:one"}}}""");
    }

    [Fact]
    public async Task DL_05_a_workload_that_acts_leaves_a_users_token_a_users()
    {
        // The agent is a client; alice stays a user, for whom the rules that mean users are.
        var answer = await world.GrantsAsync(async server =>
            await server.SendAccessTokenAsync("tools", (await world.ActAsync(server, world.Agent())).AccessToken, ("audience", "quiet")));
        answer.Claims.ContainsKey("sub_kind").ShouldBeFalse();
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"agent:bot"}""");
    }

    [Fact]
    public async Task DL_05_a_machines_token_stays_a_machines_whoever_acts()
    {
        // Rules for users take no token of runner itself, with an actor or without.
        await world.RefusesAsync(Reason.NoRule, async server => await server.SendAccessTokenAsync("runner", await RunnerAsync(server), [("audience", "desk"), .. Actor(world.Agent())]));
        await world.RefusesAsync(Reason.NoRule, async server => await server.SendAccessTokenAsync("runner", await RunnerAsync(server), ("audience", "desk")));
    }

    [Fact]
    public async Task DL_09_the_same_actor_again_does_not_grow_the_chain()
    {
        var answer = await world.GrantsAsync(async server =>
        {
            var first = await world.ActAsync(server, world.Agent(), "desk");
            return await server.SendAccessTokenAsync("runner", first.AccessToken, [("audience", "tools"), .. Actor(world.Agent())]);
        });
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"agent:bot"}""");
    }

    [Fact]
    public async Task DL_09_max_depth_bounds_actors_of_actor_tokens()
    {
        await world.GrantsAsync(server => world.ActAsync(server, world.Agent(), "vault"));
        await world.RefusesAsync(Reason.ChainTooDeep, async server =>
        {
            var first = await world.ActAsync(server, world.Agent("one"), "desk");
            return await server.SendAccessTokenAsync("runner", first.AccessToken, [("audience", "vault"), .. Actor(world.Agent("two"))]);
        });
    }

    [Fact]
    public async Task DL_10_a_rule_takes_actors_of_the_issuers_that_it_names()
    {
        await world.RefusesAsync(Reason.ActorMismatch, server => world.ActAsync(server, world.Partner.IdToken("helper", "runner"), "vault"));

        // The next rule would take it; the first one that was selected has decided.
        await world.RefusesAsync(Reason.ActorMismatch, server => world.ActAsync(server, world.Partner.IdToken("helper", "runner"), "files"));
    }

    [Theory]
    [InlineData("\"blue\"", true)]
    [InlineData("\"red\"", false)]
    [InlineData("[\"blue\"]", false)]
    [InlineData(null, false)]
    public async Task An_actor_token_must_meet_the_conditions_of_the_rule(string? team, bool isGranted)
    {
        Task<Answer> SendAsync(TestServer server) => world.ActAsync(server, world.Agent(change: claims =>
        {
            if (team is not null) claims["team"] = JsonNode.Parse(team);
        }), "files");
        if (isGranted) await world.GrantsAsync(SendAsync);
        else await world.RefusesAsync(Reason.ActorMismatch, SendAsync);
    }

    [Fact]
    public async Task Whether_an_actor_token_was_sent_selects_the_rule()
    {
        var with = await world.GrantsAsync(server => world.ActAsync(server, world.Agent()));
        var without = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("runner", await world.DeskAsync(server), ("audience", "tools")));
        (await RuleOfAsync(with), await RuleOfAsync(without)).ShouldBe(("acts", "calls"));
        without.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"runner"}""");

        await world.RefusesAsync(Reason.NoRule, async server => await server.SendAccessTokenAsync("runner", await world.DeskAsync(server), ("audience", "files")));
        await world.RefusesAsync(Reason.NoRule, server => world.ActAsync(server, world.Agent(), "quiet"));
    }

    async Task<string?> RuleOfAsync(Answer answer) => (await EntryOfAsync(answer)).Rule;

    async Task<LedgerEntry> EntryOfAsync(Answer answer) =>
        (await world.Common.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 200, TestContext.Current.CancellationToken)).Single(entry => entry.IssuedId == answer.Claims.Text("jti"));

    [Fact]
    public async Task DL_11_an_actor_token_belongs_to_its_caller()
    {
        await world.RefusesAsync(Reason.ActorNotForCaller, server => world.ActAsync(server, world.Agents.IdToken("bot", "other")));
        await world.RefusesAsync(Reason.ActorNotForCaller, async server => await world.ActAsync(server, (await server.ForItselfAsync("other")).AccessToken, type: "access_token"));

        // By its audience: the server of desk, or ourselves; by azp, where an ID token has one.
        await world.GrantsAsync(server => world.ActAsync(server, world.Agents.AccessToken("bot", Desk, "", "x"), type: "access_token"));
        await world.RefusesAsync(Reason.ActorNotForCaller, server => world.ActAsync(server, world.Agents.AccessToken("bot", "https://tools.example.com", "", "runner"), type: "access_token"));
        await world.GrantsAsync(server => world.ActAsync(server, world.Agents.IdToken("bot", server.Issuer)));
        await world.GrantsAsync(server => world.ActAsync(server, world.Agents.IdToken("bot", server.Issuer, claims => claims["azp"] = "runner-there")));
        await world.RefusesAsync(Reason.ActorNotForCaller, server => world.ActAsync(server, world.Agents.IdToken("bot", server.Issuer, claims => claims["azp"] = "other")));
    }

    [Fact]
    public async Task DL_11_a_token_of_ours_meant_for_the_server_of_its_audience_acts_for_it()
    {
        // Bob's token for desk is runner's to use: bob acts for alice.
        var answer = await world.GrantsAsync(async server =>
        {
            var bob = await server.SendIdTokenAsync("web", world.IdToken(subject: "bob"), ("audience", "desk"));
            return await world.ActAsync(server, bob.AccessToken, type: "access_token");
        });
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"bob"}""");
    }

    [Fact]
    public async Task DL_12_an_actor_token_carries_no_act_whoever_accepts_chains()
    {
        var chain = new JsonObject { ["sub"] = "x" };
        await world.RefusesAsync(Reason.ActorActNotAccepted, server => world.ActAsync(server, world.Agent(change: claims => claims["act"] = chain.DeepClone())));
        await world.RefusesAsync(Reason.ActorActNotAccepted, server => world.ActAsync(server, world.Partner.IdToken("helper", "runner", claims => claims["act"] = chain.DeepClone())));
        await world.RefusesAsync(Reason.ActorActNotAccepted, async server =>
            await world.ActAsync(server, (await world.ActAsync(server, world.Agent(), "desk")).AccessToken, type: "access_token"));
        await world.RefusesAsync(Reason.ActorActMalformed, server => world.ActAsync(server, world.Partner.IdToken("helper", "runner", claims => claims["act"] = "x")));
    }

    [Theory]
    [InlineData("""{"jkt":"x"}""")]
    [InlineData("""{"x5t#S256":"x"}""")]
    [InlineData("""{"unknown":"x"}""")]
    [InlineData("null")]
    public async Task An_actor_token_bound_to_a_key_is_no_bearer_token(string cnf)
    {
        await world.RefusesAsync(Reason.ActorKeyBound, server => world.ActAsync(server, world.Agent(change: claims => claims["cnf"] = JsonNode.Parse(cnf))));
        await world.RefusesAsync(Reason.ActorKeyBound, async server =>
        {
            var claims = TestJwt.Parse(await RunnerAsync(server)).Claims;
            claims["cnf"] = JsonNode.Parse(cnf);
            return await world.ActAsync(server, server.SignAsServer(claims), type: "access_token");
        });
    }

    [Fact]
    public async Task No_token_outlives_its_actors()
    {
        var actor = world.Agent(change: claims => claims["exp"] = claims.Number("iat") + 60);
        var answer = await world.GrantsAsync(server => world.ActAsync(server, actor));
        answer.Claims.Number("exp").ShouldBe(TestJwt.Parse(actor).Claims.Number("exp"));
    }

    [Fact]
    public async Task A_deny_entry_sees_who_acts()
    {
        await world.RefusesAsync(Reason.Denied, server => world.ActAsync(server, world.Agent("rogue-7")));
        await world.GrantsAsync(server => world.ActAsync(server, world.Agent("decent")));
        await world.RefusesAsync(Reason.Denied, async server => await world.ActAsync(server, await RunnerAsync(server), "vault", type: "access_token"));
        await world.GrantsAsync(server => world.ActAsync(server, world.Agent("decent"), "vault"));
    }

    [Fact]
    public async Task The_ledger_keeps_who_acted_and_by_what_token()
    {
        var answer = await world.GrantsAsync(server => world.ActAsync(server, world.Agent()));
        var entry = await EntryOfAsync(answer);
        (entry.Subject!.Sub, entry.Actor!.Issuer, entry.Actor.Sub, entry.Client).ShouldBe(("alice", "agents", "agent:bot", "runner"));
        entry.Actor.Lineage!.Length.ShouldBe(22);
        entry.ActorChain.ShouldBe(["agent:bot"]);
    }
}
