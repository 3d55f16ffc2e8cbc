using System.Text;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.ActingWorld;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>Chains that an issuer with <c>act: accept</c> sends along.</summary>
public sealed class ImportedChainRows(ActingWorld world) : IClassFixture<ActingWorld>
{
    string Carol(string act) => TestJwt.Sign(
        TestJwt.HeaderOf(Keys.Es384, "JWT").ToJsonString(), world.Partner.IdTokenClaims("carol", "runner").WithRaw("act", act), Keys.Es384).ToString();

    Task<Answer> SendAsync(TestServer server, string act, string target = "tools") => server.SendIdTokenAsync("runner", Carol(act), ("audience", target));

    [Fact]
    public async Task DL_01_each_imported_level_without_issuer_gets_that_of_its_token()
    {
        var answer = await world.GrantsAsync(server => SendAsync(server, """{ "act": {"iss":"https://elsewhere.example.com","sub":"deep"}, "sub" : "h\u00e9lper" }"""));
        Encoding.UTF8.GetString(answer.Jwt.Payload).ShouldContain(
            """{"sub":"runner","act":{"sub":"hélper","iss":"PARTNER","act":{"sub":"deep","iss":"https://elsewhere.example.com"}}}""".Replace("PARTNER", world.Partner.Issuer, StringComparison.Ordinal));
        answer.Claims.Text("sub").ShouldBe("partner:carol");
    }

    [Fact]
    public async Task DL_05_an_imported_chain_is_kept_where_nobody_is_added_and_unchanged_from_there_on()
    {
        var answer = await world.GrantsAsync(server => SendAsync(server, """{"sub":"helper"}""", "quiet"));
        answer.Claims["act"]!.ToJsonString().ShouldBe($$"""{"sub":"helper","iss":"{{world.Partner.Issuer}}"}""");

        var next = await world.GrantsAsync(async server =>
            await server.SendAccessTokenAsync("runner", (await SendAsync(server, """{"sub":"helper"}""", "quiet")).AccessToken, ("audience", "tools")));
        next.Claims["act"]!.ToJsonString().ShouldBe($$$"""{"sub":"runner","act":{"sub":"helper","iss":"{{{world.Partner.Issuer}}}"}}""");
    }

    [Fact]
    public async Task DL_09_another_issuers_actor_of_the_same_name_is_somebody_else()
    {
        foreach (var act in new[] { """{"sub":"runner"}""", $$"""{"sub":"runner","iss":"{{world.Common.Issuer}}"}""" })
        {
            var answer = await world.GrantsAsync(server => SendAsync(server, act));
            answer.Claims["act"]!["sub"]!.GetValue<string>().ShouldBe("runner");
            answer.Claims["act"]!.AsObject().ContainsKey("iss").ShouldBeFalse();
            answer.Claims["act"]!["act"]!.AsObject().ContainsKey("iss").ShouldBeTrue();
        }
    }

    [Fact]
    public async Task DL_04_a_condition_on_the_issuer_of_act_tells_our_actors_from_others()
    {
        // Somebody that partner calls runner is not our runner.
        var taken = await world.GrantsAsync(async server =>
        {
            var ours = await server.SendAccessTokenAsync("runner", await world.DeskAsync(server), ("audience", "desk"));
            return await server.SendAccessTokenAsync("runner", ours.AccessToken, ("audience", "letters"));
        });
        taken.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"runner"}""");
        await world.RefusesAsync(Reason.NoRule, async server =>
            await server.SendAccessTokenAsync("runner", (await SendAsync(server, """{"sub":"runner"}""", "quiet")).AccessToken, ("audience", "letters")));
    }

    [Fact]
    public async Task DL_09_imported_levels_count()
    {
        await world.RefusesAsync(Reason.ChainTooDeep, server => server.SendIdTokenAsync(
            "runner", Carol("""{"sub":"helper"}"""), [("audience", "vault"), .. Actor(world.Agent())]));
        await world.GrantsAsync(server => SendAsync(server, """{"sub":"a","act":{"sub":"b","act":{"sub":"c","act":{"sub":"d"}}}}"""));
        await world.RefusesAsync(Reason.ChainTooDeep, server => SendAsync(server, """{"sub":"a","act":{"sub":"b","act":{"sub":"c","act":{"sub":"d","act":{"sub":"e"}}}}}"""));
    }

    [Theory, MemberData(nameof(DelegationRows.Malformed), MemberType = typeof(DelegationRows))]
    public async Task DL_08_a_malformed_act_is_refused_also_where_chains_are_accepted(string act)
    {
        await world.RefusesAsync(Reason.SubjectActMalformed, server => SendAsync(server, act));
        await world.RefusesAsync(Reason.SubjectActMalformed, server => SendAsync(server, $$"""{"sub":"a","act":{{act}}}"""));
    }

    [Theory]
    [InlineData("""{"sub":"a","iss":""}""")]
    [InlineData("""{"sub":"a","exp":4102444800}""")]
    [InlineData("""{"sub":"a","act":{"sub":"b","aud":"c"}}""")]
    public async Task DL_03_act_holds_identity_alone(string act) => await world.RefusesAsync(Reason.SubjectActMalformed, server => SendAsync(server, act));

    [Fact]
    public async Task A_chain_that_would_make_the_token_too_large_is_refused() =>
        await world.RefusesAsync(Reason.TokenTooLarge, server => SendAsync(server, $$"""{"sub":"{{new string('a', 8000)}}"}"""));
}
