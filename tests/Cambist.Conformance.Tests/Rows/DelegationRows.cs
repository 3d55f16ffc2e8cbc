using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>DL-01 to DL-09 and DL-13: <c>act</c>, <c>may_act</c>, <c>client_id</c>, <c>scope</c> (RFC 8693 §4), without actor tokens.</summary>
public sealed class DelegationRows(DelegationWorld world) : IClassFixture<DelegationWorld>
{
    [Fact]
    public async Task DL_01_a_client_that_calls_on_becomes_the_actor()
    {
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("s1", await world.FirstAsync(server), ("audience", "r2")));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"s1"}""");
        answer.Claims.Text("sub").ShouldBe("alice");
    }

    [Fact]
    public async Task DL_02_DL_03_the_newest_actor_is_outermost_and_holds_identity_alone()
    {
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("s3", await world.AfterAsync(server, 2), ("audience", "r4")));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"s3","act":{"sub":"s2","act":{"sub":"s1"}}}""");
        answer.Claims.Text("sub").ShouldBe("alice");
    }

    [Fact]
    public async Task DL_02_five_hops_across_four_services_in_order()
    {
        var answer = await world.GrantsAsync(async server =>
        {
            var token = (await server.SendAccessTokenAsync("s3", await world.AfterAsync(server, 2), ("audience", "r4"))).AccessToken;
            token = (await server.SendAccessTokenAsync("s4", token, ("audience", "r1"))).AccessToken;
            return await server.SendAccessTokenAsync("s1", token, ("audience", "r2"));
        });
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"s1","act":{"sub":"s4","act":{"sub":"s3","act":{"sub":"s2","act":{"sub":"s1"}}}}}""");
        (answer.Claims.Text("sub"), answer.Claims.Text("client_id"), answer.Claims.Text("aud")).ShouldBe(("alice", "s1", "https://r2.example.com"));
        answer.Claims.Text("jti").Split('.').Length.ShouldBe(7); // the root, the first token, five hops
    }

    [Fact]
    public async Task DL_02_an_older_chain_is_kept_byte_for_byte()
    {
        const string older = """{ "iss": "https://elsewhere.example.com",  "sub":"b\u006ft" ,"act" : {"sub":"x"} }""";
        var answer = await world.GrantsAsync(async server =>
        {
            var claims = TestJwt.Parse(await world.FirstAsync(server)).Claims;
            var token = server.SignAsServer(claims.WithRaw("act", older));
            return await server.SendAccessTokenAsync("s1", token, ("audience", "r2"));
        });
        System.Text.Encoding.UTF8.GetString(answer.Jwt.Payload).ShouldContain($$"""
            "act":{"sub":"s1","act":{{older}}}
            """);
    }

    [Fact]
    public async Task DL_04_only_the_outermost_actor_is_read()
    {
        // The rule for vault wants act.sub s1: true of a token that s1 just got, not of one where s1 is history.
        await world.GrantsAsync(async server => await server.SendAccessTokenAsync("s2", await world.AfterAsync(server, 1), ("audience", "vault")));
        await world.RefusesAsync(Reason.NoRule, async server => await server.SendAccessTokenAsync("s3", await world.AfterAsync(server, 2), ("audience", "vault")));
        await world.RefusesAsync(Reason.NoRule, async server => await server.SendAccessTokenAsync("s1", await world.FirstAsync(server), ("audience", "vault")));
    }

    [Fact]
    public async Task DL_05_C4_without_a_new_actor_the_chain_stays()
    {
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("s3", await world.AfterAsync(server, 2), ("audience", "quiet")));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"s2","act":{"sub":"s1"}}""");
        answer.Claims.Text("client_id").ShouldBe("s3");
    }

    [Fact]
    public async Task DL_06_may_act_names_the_caller_or_the_exchange_is_refused()
    {
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "web" })));
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "web-there" })));
        await world.RefusesAsync(Reason.MayActMismatch, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "s1" })));
        await world.RefusesAsync(Reason.MayActMismatch, server => server.SendIdTokenAsync("s1", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "web" }, audience: "s1")));
    }

    [Fact]
    public async Task DL_06_may_act_is_checked_against_the_caller_that_becomes_the_actor()
    {
        await world.GrantsAsync(async server => await server.SendAccessTokenAsync("s1", await world.ForgedAsync(server, claims => claims["may_act"] = new JsonObject { ["sub"] = "s1" }), ("audience", "r2")));
        await world.RefusesAsync(Reason.MayActMismatch, async server => await server.SendAccessTokenAsync("s1", await world.ForgedAsync(server, claims => claims["may_act"] = new JsonObject { ["sub"] = "s2" }), ("audience", "r2")));
        await world.RefusesAsync(Reason.MayActMismatch, async server => await server.SendAccessTokenAsync("s1", await world.ForgedAsync(server, claims => claims["may_act"] = new JsonObject { ["sub"] = "alice" }), ("audience", "quiet")));
    }

    [Fact]
    public async Task DL_06_may_act_is_checked_and_never_copied()
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "web" })));
        answer.Claims.ContainsKey("may_act").ShouldBeFalse();
    }

    [Fact]
    public async Task DL_07_may_act_without_iss_means_the_issuer_of_the_token()
    {
        // Under our own name a client goes by its id alone; its name at login means nothing here.
        await world.RefusesAsync(Reason.MayActMismatch, server =>
            server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "web-there", ["iss"] = server.Issuer })));
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "web", ["iss"] = server.Issuer })));
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "web-there", ["iss"] = world.Login.Issuer })));
        await world.RefusesAsync(Reason.MayActMismatch, async server =>
            await server.SendAccessTokenAsync("s1", await world.ForgedAsync(server, claims => claims["may_act"] = new JsonObject { ["sub"] = "s1", ["iss"] = server.Issuer + "/" }), ("audience", "r2")));
        await world.RefusesAsync(Reason.MayActMismatch, server =>
            server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "web", ["iss"] = "https://elsewhere.example.com" })));
    }

    public static TheoryData<string> Malformed =>
    [
        "\"s1\"", "[]", "[{\"sub\":\"s1\"}]", "{}", "null", "1", "true", """{"sub":""}""", """{"sub":1}""", """{"sub":["s1"]}""", """{"sub":null}""", """{"iss":"x"}""",
        """{"sub":"s1","iss":1}""", """{"sub":"s1","exp":1}""", """{"sub":"s1","client_id":"s1"}""", """{"sub":"s1","cnf":{}}""", """{"sub":"s1","iss":null}""",
    ];

    [Theory, MemberData(nameof(Malformed))]
    public async Task DL_08_a_malformed_act_is_refused(string act)
    {
        await world.RefusesAsync(Reason.SubjectActMalformed, async server =>
        {
            var claims = TestJwt.Parse(await world.FirstAsync(server)).Claims;
            return await server.SendAccessTokenAsync("s1", server.SignAsServer(JsonNode.Parse(claims.WithRaw("act", act))!.AsObject()), ("audience", "r2"));
        });
        await world.RefusesAsync(Reason.SubjectActMalformed, async server =>
        {
            var claims = TestJwt.Parse(await world.FirstAsync(server)).Claims;
            return await server.SendAccessTokenAsync("s1", server.SignAsServer(JsonNode.Parse(claims.WithRaw("act", $$"""{"sub":"a","act":{{act}}}"""))!.AsObject()), ("audience", "r2"));
        });
    }

    [Theory, MemberData(nameof(Malformed))]
    public async Task DL_08_a_malformed_may_act_is_refused(string mayAct)
    {
        var token = TestJwt.Sign(TestJwt.HeaderOf(Keys.Es256, "JWT").ToJsonString(), world.Claims().WithRaw("may_act", mayAct), Keys.Es256).ToString();
        await world.RefusesAsync(Reason.SubjectActMalformed, server => server.SendIdTokenAsync("web", token));
    }

    [Fact]
    public async Task DL_08_a_chain_nested_too_deep_is_refused()
    {
        string Chain(int levels) => string.Concat(Enumerable.Repeat("""{"sub":"a","act":""", levels - 1)) + """{"sub":"a"}""" + new string('}', levels - 1);
        foreach (var levels in new[] { 25, 30 })
        {
            await world.RefusesAsync(Reason.SubjectActMalformed, async server =>
                await server.SendAccessTokenAsync("s1", await world.ForgedAsync(server, claims => claims["act"] = JsonNode.Parse(Chain(levels))), ("audience", "r2")));
        }
    }

    [Theory]
    [InlineData("""{"sub":"bot"}""")]
    [InlineData("""{"sub":"web"}""")]
    [InlineData("""{"sub":"bot","iss":"https://elsewhere.example.com"}""")]
    public async Task DL_08_an_act_from_an_issuer_that_is_not_trusted_for_chains_is_refused(string act)
    {
        await world.RefusesAsync(Reason.SubjectActNotAccepted, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["act"] = JsonNode.Parse(act))));
    }

    [Fact]
    public async Task DL_09_the_chain_grows_to_max_depth_and_no_further()
    {
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("s5", await world.AfterAsync(server, 4), ("audience", "r6")));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"s5","act":{"sub":"s4","act":{"sub":"s3","act":{"sub":"s2","act":{"sub":"s1"}}}}}""");
        await world.RefusesAsync(Reason.ChainTooDeep, async server => await server.SendAccessTokenAsync("s6", await world.AfterAsync(server, 5), ("audience", "r7")));
        await world.GrantsAsync(async server => await server.SendAccessTokenAsync("s1", await world.FirstAsync(server), ("audience", "shallow")));
        await world.RefusesAsync(Reason.ChainTooDeep, async server => await server.SendAccessTokenAsync("s2", await world.AfterAsync(server, 1), ("audience", "shallow")));
    }

    [Fact]
    public async Task DL_09_the_same_actor_again_does_not_grow_the_chain()
    {
        var answer = await world.GrantsAsync(async server =>
        {
            var token = await world.AfterAsync(server, 2);
            for (var i = 0; i < 3; i++) token = (await server.SendAccessTokenAsync("s2", token, ("audience", "r3"))).AccessToken;
            return await server.SendAccessTokenAsync("s2", token, ("audience", "r4"));
        });
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"s2","act":{"sub":"s1"}}""");
    }

    [Fact]
    public async Task DL_09_an_actor_that_comes_back_later_is_a_new_level()
    {
        var answer = await world.GrantsAsync(async server =>
        {
            var token = (await server.SendAccessTokenAsync("s2", await world.AfterAsync(server, 1), ("audience", "r1"))).AccessToken;
            return await server.SendAccessTokenAsync("s1", token, ("audience", "r2"));
        });
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"s1","act":{"sub":"s2","act":{"sub":"s1"}}}""");
    }

    [Fact]
    public async Task DL_13_client_id_is_the_client_that_exchanged()
    {
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("s2", await world.AfterAsync(server, 1), ("audience", "r3")));
        answer.Claims.Text("client_id").ShouldBe("s2");
    }

    [Fact]
    public async Task DL_13_scope_is_one_string()
    {
        var claims = (await world.GrantsAsync(async server => await server.SendAccessTokenAsync("s1", await world.FirstAsync(server), ("audience", "scoped")))).Claims;
        claims["scope"]!.ToJsonString().ShouldBe("\"read write\"");
        claims.ContainsKey("scp").ShouldBeFalse();
    }

    [Fact]
    public async Task A_lineage_ends_at_16_segments()
    {
        await world.RefusesAsync(Reason.LineageTooDeep, async server =>
        {
            var token = await world.FirstAsync(server);
            for (var segments = 3; segments <= 16; segments++)
                token = (await server.SendAccessTokenAsync("s1", token, ("audience", "r2"))).AccessToken;
            TestJwt.Parse(token).Claims.Text("jti").Split('.').Length.ShouldBe(16);
            return await server.SendAccessTokenAsync("s1", token, ("audience", "r2"));
        });
    }
}
