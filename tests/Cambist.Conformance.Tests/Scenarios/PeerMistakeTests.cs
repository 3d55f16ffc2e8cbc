using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Scenarios;

/// <summary>What other servers get wrong, by the number it has on the list.</summary>
public sealed class PeerMistakeTests(MainWorld world)
{
    [Fact]
    public async Task C1_a_stolen_token_is_nothing_in_the_hands_of_another_client()
    {
        await world.RefusesAsync(Reason.SubjectNotForCaller, async server => await server.SendAccessTokenAsync("stranger", await world.OrdersTokenAsync(server), ("audience", "billing")));
        await world.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync("stranger", world.IdToken()));
        await world.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync("stranger", world.IdToken(audience: "web-guid")));
    }

    [Fact]
    public async Task C2_scopes_are_bounded_by_the_subject_token()
    {
        await world.RefusesAsync(Reason.ScopeNotGranted, async server =>
            await server.SendAccessTokenAsync("orders", await world.OrdersTokenAsync(server, ("scope", "read")), ("audience", "billing"), ("scope", "read pay")));
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("orders", await world.OrdersTokenAsync(server, ("scope", "read")), ("audience", "billing")));
        answer.Claims.Text("scope").ShouldBe("read");
    }

    [Fact]
    public async Task C3_a_token_ends_with_the_one_it_came_from()
    {
        var token = world.IdToken(claims => claims["exp"] = claims.Number("iat") + 20);
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("orders", (await server.SendIdTokenAsync("web", token)).AccessToken, ("audience", "billing")));
        answer.Claims.Number("exp").ShouldBe(TestJwt.Parse(token).Claims.Number("exp"));
    }

    [Fact]
    public async Task C4_a_chain_is_never_lost()
    {
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("billing", await world.BillingTokenAsync(server), ("audience", "reports")));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"billing","act":{"sub":"orders"}}""");
    }

    [Fact]
    public async Task C5_a_bound_token_does_not_come_back_as_a_bearer_token() =>
        await world.RefusesAsync(Reason.SubjectKeyBound, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["cnf"] = new JsonObject { ["jkt"] = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" })));

    [Fact]
    public async Task C7_a_target_is_honoured_or_refused()
    {
        (await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(), ("resource", MainWorld.OrdersToo)))).Claims.Text("aud").ShouldBe(MainWorld.OrdersToo);
        await world.RefusesAsync(Reason.TargetUnknown, server => server.SendIdTokenAsync("web", world.IdToken(), ("audience", "web")));
    }

    [Fact]
    public async Task C10_names_of_two_issuers_never_meet()
    {
        await using var other = await TestIssuer.StartAsync([Keys.Strange]);
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers:
              login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
              other: { issuer: {{other.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "other:{sub}" }
              pair:  { issuer: https://pair.example.com, tokens: { id_token: { audiences: web } }, subject: "pair:{a}:{b}" }
            {{SmallRegistries.Rest("login, other")}}
            """);
        (await own.GrantsAsync(server => server.SendIdTokenAsync("web", other.IdToken("alice", "web")))).Claims.Text("sub").ShouldBe("other:alice");
        foreach (var sub in new[] { "other:alice", "other:", "pair:x:y", "web" })
            await own.RefusesAsync(Reason.SubjectUnmappable, server => server.SendIdTokenAsync("web", own.IdToken(subject: sub)));
        (await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(subject: "Other:alice")))).Claims.Text("sub").ShouldBe("Other:alice");
    }

    [Fact]
    public async Task C10_several_claims_cannot_be_shifted_into_one_another()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "x:{a}:{b}" } }
            {{SmallRegistries.Rest()}}
            """);
        async Task<string> NameAsync(string a, string b) => (await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(claims => (claims["a"], claims["b"]) = (a, b))))).Claims.Text("sub");
        (await NameAsync("1:2", "3")).ShouldBe("x:1%3A2:3");
        (await NameAsync("1", "2:3")).ShouldBe("x:1:2%3A3");
        (await NameAsync("1%3A2", "3")).ShouldBe("x:1%253A2:3");
        (await NameAsync("{b}", "3")).ShouldBe("x:{b}:3");
    }

    [Theory]
    [InlineData("iss", Reason.SubjectUnknown)]
    [InlineData("aud", Reason.SubjectClaimInvalid)]
    [InlineData("exp", Reason.SubjectClaimInvalid)]
    [InlineData("iat", Reason.SubjectClaimInvalid)]
    [InlineData("sub", Reason.SubjectSubMissing)]
    public async Task C11_an_id_token_needs_all_of_its_claims(string claim, Reason reason) =>
        await world.RefusesAsync(reason, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims.Remove(claim))));

    [Fact]
    public async Task C11_an_outage_is_not_reported_as_a_bad_token()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        own.Login.Discovery.Abort = true;
        var answer = await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => server.SendIdTokenAsync("web", own.IdToken()));
        answer.Error.ShouldBe("temporarily_unavailable");
        answer.Headers.RetryAfter.ShouldNotBeNull();
    }

    [Fact]
    public async Task C12_a_may_act_of_the_wrong_type_is_a_refusal_and_issuers_are_strings()
    {
        foreach (var malformed in new[] { "\"web\"", "7", "true", "null", "[]", "[{\"sub\":\"web\"}]", "{}", "{\"sub\":7}", "{\"sub\":[\"web\"]}", "{\"sub\":\"web\",\"iss\":null}", "{\"sub\":\"web\",\"azp\":\"web\"}" })
            await world.RefusesAsync(Reason.SubjectActMalformed, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = JsonNode.Parse(malformed))));

        // The same place on the network, or by RFC 3986, and yet other strings.
        var issuer = world.Login.Issuer;
        foreach (var other in new[] { issuer.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), issuer.Replace("127.0.0.1", "127.1", StringComparison.Ordinal), issuer + "/", issuer.Replace("http", "HTTP", StringComparison.Ordinal) })
            await world.RefusesAsync(Reason.MayActMismatch, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["may_act"] = new JsonObject { ["sub"] = "web", ["iss"] = other })));
    }

    [Fact]
    public async Task C13_the_response_and_the_token_have_their_forms()
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken()));
        answer.Json.Text("issued_token_type").ShouldBe(AccessTokenType);
        answer.Json["scope"]!.GetValueKind().ShouldBe(System.Text.Json.JsonValueKind.String);
        answer.Claims["scope"]!.GetValueKind().ShouldBe(System.Text.Json.JsonValueKind.String);
        answer.Jwt.HeaderJson.Text("typ").ShouldBe("at+jwt");
    }

    [Fact]
    public async Task C14_different_failures_have_different_reasons_and_a_trace_behind_each()
    {
        var answers = new List<Answer>
        {
            await world.RefusesAsync(Reason.SubjectExpired, server => server.SendIdTokenAsync("web", world.IdToken(claims => (claims["iat"], claims["exp"]) = (1, 2)))),
            await world.RefusesAsync(Reason.SubjectSignatureInvalid, server => server.SendIdTokenAsync("web", world.IdToken(key: Keys.StrangeRsa))),
            await world.RefusesAsync(Reason.SubjectAudienceMismatch, server => server.SendIdTokenAsync("web", world.IdToken(audience: "other"))),
            await world.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["iss"] = "https://x.example.com"))),
            await world.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync("stranger", world.IdToken())),
            await world.RefusesAsync(Reason.SubjectMalformed, server => server.SendIdTokenAsync("web", "garbage")),
        };
        answers.Select(answer => answer.Reason).ShouldBeUnique();
        answers.Select(answer => (string)answer.Json["error_description"]!).ShouldBeUnique();
        answers.Select(answer => answer.DecisionId).ShouldBeUnique();
    }

    [Fact]
    public async Task No_form_however_broken_makes_the_server_fail()
    {
        var body = $"{ExchangeBody(world.IdToken(key: Keys.Es256))}&scope=read&audience=orders&resource={Uri.EscapeDataString(MainWorld.Orders)}";
        for (var at = 0; at < body.Length; at += 7)
        {
            foreach (var with in new[] { "", "\0", "%", "%00", "%F0", "&", "=", "+", "&&=&", "ÿ" })
            {
                var answer = await world.Common.SendBodyAsync("web", Form(body[..at] + with + body[(at + 1)..]));
                ((int)answer.Status).ShouldBeOneOf(200, 400, 401);
                if ((int)answer.Status != 200) World.ShouldBeWellFormedError(answer);
            }
        }
    }

    [Fact]
    public async Task No_token_however_broken_makes_the_server_fail()
    {
        var jwt = TestJwt.Parse(world.IdToken(key: Keys.Es256));
        for (var at = 0; at < jwt.Payload.Length; at += 3)
        {
            foreach (var with in "\0\"\\{}[],:x9-\xff"u8.ToArray())
            {
                var payload = jwt.Payload.ToArray();
                payload[at] = with;
                var answer = await world.Common.SendIdTokenAsync("web", TestJwt.Sign(jwt.Header, payload, Keys.Es256).ToString());
                ((int)answer.Status).ShouldBeOneOf(200, 400, 503);
            }
        }
    }
}
