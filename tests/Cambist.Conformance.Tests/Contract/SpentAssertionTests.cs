using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>CA-13 and contract §5, "What is spent": a valid client assertion is spent whatever the outcome, at every endpoint.</summary>
public sealed class SpentAssertionTests(AssertionWorld world) : IClassFixture<AssertionWorld>
{
    TestServer Server => world.Common;

    Task<Answer> SendAsync(string assertion, params (string Name, string Value)[] more) => world.ExchangeByAsync(Server, assertion, more);

    string Sign(Action<JsonObject>? change = null, TestKey? key = null, string client = "keyed") => Assertions.Sign(Server, client, key, change);

    /// <summary>It authenticates nobody any more: one coarse answer, no decision.</summary>
    async Task ShouldBeSpentAsync(string assertion)
    {
        var newest = await NewestAsync();
        foreach (var more in new (string, string)[][] { [], [("scope", "unheard-of")], [("client_id", "keyed")] })
        {
            var answer = await SendAsync(assertion, more);
            (answer.Status, answer.Error, answer.Reason, answer.DecisionId).ShouldBe((HttpStatusCode.Unauthorized, "invalid_client", "client_authentication_failed", null), answer.Body);
            World.ShouldBeWellFormedError(answer);
        }

        (await NewestAsync()).ShouldBe(newest, "no entry each");
    }

    async Task<DecisionId> NewestAsync() =>
        (await Server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 5, TestContext.Current.CancellationToken)).FirstOrDefault(entry => entry.Outcome != DecisionOutcome.Counted)?.Id ?? default;

    [Fact]
    public async Task CA_13_an_assertion_is_used_once()
    {
        var assertion = Sign();
        (await SendAsync(assertion)).Status.ShouldBe(HttpStatusCode.OK);
        await ShouldBeSpentAsync(assertion);
    }

    [Theory]
    [InlineData("/introspect")]
    [InlineData("/revoke")]
    public async Task CA_13_CA_24_an_assertion_is_used_once_whatever_the_endpoint(string path)
    {
        var assertion = Sign();
        Task<Answer> AskAsync() => Server.SendFormToAsync(path, null, [("token", "x"), .. Assertions.Form(assertion)]);
        var asked = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => AskAsync()));
        asked.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        asked.Where(answer => answer.Status != HttpStatusCode.OK).ShouldAllBe(answer => answer.Status == HttpStatusCode.Unauthorized && answer.Reason == "client_authentication_failed");
        await ShouldBeSpentAsync(assertion);

        var other = Sign();
        (await SendAsync(other)).Status.ShouldBe(HttpStatusCode.OK);
        (await Server.SendFormToAsync(path, null, [("token", "x"), .. Assertions.Form(other)])).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task CA_13_a_revocation_that_does_something_is_authenticated_by_an_assertion_too()
    {
        var token = (await SendAsync(Sign())).AccessToken;
        (await Server.SendFormToAsync("/revoke", null, [("token", token), .. Assertions.Form(Sign())])).Status.ShouldBe(HttpStatusCode.OK);
        (await Server.SendFormToAsync("/introspect", null, [("token", token), .. Assertions.Form(Sign())])).Body.ShouldBe("""{"active":false}""");
    }

    public static TheoryData<string, string[]> Refusals => new()
    {
        { "scope_not_granted", ["scope", "unheard-of"] },
        { "scope_malformed", ["scope", "a  b"] },
        { "target_unknown", ["audience", "nobody"] },
        { "parameter_unpaired", ["actor_token", "x"] },
        { "authorization_details_unsupported", ["authorization_details", "[]"] },
        { "parameter_repeated", ["scope", "read", "scope", "read"] },
        { "parameter_repeated", ["client_id", "keyed", "client_id", "keyed"] },
        { "requested_token_type_unsupported", ["requested_token_type", "urn:x"] },
    };

    [Theory, MemberData(nameof(Refusals))]
    public async Task CA_13_a_refused_request_spends_its_assertion_with_its_entry(string reason, string[] more)
    {
        var assertion = Sign();
        var refused = await SendAsync(assertion, [.. more.Chunk(2).Select(pair => (pair[0], pair[1]))]);
        (refused.Status, refused.Reason).ShouldBe((HttpStatusCode.BadRequest, reason));
        DecisionId.TryParse(refused.DecisionId, out var id).ShouldBeTrue();
        (await Server.Engine.Store.Decisions.FindAsync(id, TestContext.Current.CancellationToken)).ShouldNotBeNull().Client.ShouldBe("keyed");
        await ShouldBeSpentAsync(assertion);
    }

    [Fact]
    public async Task CA_13_so_does_a_refused_subject_token_and_a_grant_that_is_none()
    {
        foreach (var form in new (string, string)[][]
        {
            [.. TestServer.ExchangeForm("no-token", "id_token")],
            [.. TestServer.ExchangeForm(world.IdToken(audience: Server.Issuer, key: Keys.Strange), "id_token")],
            [.. TestServer.ExchangeForm(world.IdToken(audience: Server.Issuer), "saml2")],
            [("grant_type", "urn:example:none")],
            [("grant_type", "")],
            [("grant_type", "client_credentials"), ("scope", "write")],
            [("grant_type", "refresh_token"), ("refresh_token", "cbr_x")],
        })
        {
            var assertion = Sign();
            (await Server.PostAsync([.. form, .. Assertions.Form(assertion)])).DecisionId.ShouldNotBeNull();
            await ShouldBeSpentAsync(assertion);
        }

        var other = Sign(client: "other"); // without the grant
        (await Server.PostAsync([("grant_type", "client_credentials"), .. Assertions.Form(other)])).Reason.ShouldBe("grant_not_allowed");
        await ShouldBeSpentAsync(other);
        var beside = Sign();
        (await Server.PostAsync(TestServer.ExchangeForm(world.IdToken(audience: Server.Issuer), "id_token", Assertions.Form(beside)), request => request.Headers.Add("DPoP", "x"))).Reason.ShouldBe("dpop_unsupported");
        await ShouldBeSpentAsync(beside);
    }

    [Fact]
    public async Task CA_13_nobody_can_burn_the_assertion_of_another()
    {
        var claims = Assertions.Claims(Server, "keyed");
        var honest = TestJwt.Sign(claims, Keys.Es256);
        foreach (var (text, more) in new (string, (string, string)[])[]
        {
            (TestJwt.Sign(claims, Keys.Strange).ToString(), []), // the same jti under a wrong key
            ((honest with { Signature = new byte[64] }).ToString(), []),
            (Sign(forged => forged["jti"] = (string)claims["jti"]!, client: "nobody"), []),
        })
        {
            (await SendAsync(text, more)).DecisionId.ShouldBeNull();
        }

        (await SendAsync(Sign(same => same["jti"] = (string)claims["jti"]!, client: "other"))).Status.ShouldBe(HttpStatusCode.OK, "another client's jti is another");
        (await SendAsync(honest.ToString())).Status.ShouldBe(HttpStatusCode.OK);
        await ShouldBeSpentAsync(honest.ToString());
    }

    [Theory]
    [InlineData("/token")]
    [InlineData("/introspect")]
    [InlineData("/revoke")]
    public async Task CA_13_a_good_one_is_spent_beside_what_contradicts_it(string path)
    {
        (string, string)[] form = path == "/token" ? [.. TestServer.ExchangeForm(world.IdToken(audience: Server.Issuer), "id_token")] : [("token", "x")];
        foreach (var (client, more, reason) in new (string?, (string, string)[], string)[]
        {
            (null, [("client_id", "other")], "client_authentication_failed"),
            (null, [("client_secret", "x")], "client_authentication_ambiguous"),
            ("web", [], "client_authentication_ambiguous"),
            ("web", [("client_id", "web"), ("client_secret", "x")], "client_authentication_ambiguous"),
        })
        {
            var assertion = Sign();
            for (var i = 0; i < 2; i++) // the second time it was used before, and nobody can tell
            {
                var refused = await Server.SendFormToAsync(path, client, [.. form, .. Assertions.Form(assertion), .. more]);
                (refused.Reason, refused.DecisionId).ShouldBe((reason, null), refused.Body);
            }

            await ShouldBeSpentAsync(assertion);
        }

        var forged = Assertions.Claims(Server, "keyed");
        (await Server.SendFormToAsync(path, "web", [.. form, .. Assertions.Form(TestJwt.Sign(forged, Keys.Strange).ToString())])).Reason.ShouldBe("client_authentication_ambiguous");
        (await SendAsync(TestJwt.Sign(forged, Keys.Es256).ToString())).Status.ShouldBe(HttpStatusCode.OK, "nobody burns another's");
    }

    [Fact]
    public async Task CA_13_a_form_that_cannot_be_read_spends_nothing()
    {
        var assertion = Sign();
        (string, string)[] filler = [.. Enumerable.Range(0, 100).Select(i => ($"x{i}", "y"))];
        (await SendAsync(assertion, filler)).Reason.ShouldBe("form_malformed");
        (await SendAsync(assertion)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task CA_13_it_is_the_jti_that_is_spent_and_not_the_text()
    {
        var first = Assertions.Claims(Server, "keyed");
        (await SendAsync(TestJwt.Sign(first, Keys.Es256).ToString())).Status.ShouldBe(HttpStatusCode.OK);
        await ShouldBeSpentAsync(TestJwt.Sign(first, Keys.Es256).ToString()); // signed again
        await ShouldBeSpentAsync(TestJwt.Sign(first, Keys.Rs256).ToString());
        first["exp"] = Server.Now() + 500;
        await ShouldBeSpentAsync(TestJwt.Sign(first, Keys.Es256).ToString());
        var jti = (string)first["jti"]!;
        await ShouldBeSpentAsync(TestJwt.Sign(TestJwt.HeaderOf(Keys.Es256).ToJsonString(), first.WithRaw("jti", $"\"\\u{(int)jti[0]:x4}{jti[1..]}\""), Keys.Es256).ToString());
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("with space, \u0000, ü and \ud83d\ude00", true)]
    [InlineData(null, false)]
    [InlineData("", false)]
    public async Task CA_13_jti_is_some_text(string? jti, bool isRight)
    {
        var request = world.With(claims => claims["jti"] = jti);
        if (isRight) await world.GrantsAsync(request);
        else await world.RefusesAsync(Reason.ClientAuthenticationFailed, request);
    }

    [Fact]
    public async Task CA_13_jti_is_no_other_kind_of_value_and_not_too_long()
    {
        await world.GrantsAsync(world.With(claims => claims["jti"] = new string('j', 256)));
        foreach (var jti in new[] { "7", "true", "[\"a\"]", "{}", $"\"{new string('j', 257)}\"" })
            await world.RefusesAsync(Reason.ClientAuthenticationFailed, world.With(claims => claims["jti"] = JsonNode.Parse(jti)));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, world.With(claims => claims.Remove("jti")));
    }

    [Fact]
    public async Task CA_13_an_outage_of_the_subjects_issuer_spends_it_too()
    {
        await using var own = await AdHocWorld.StartAsync(login => AssertionWorld.RegistryOf(login, $"  keyed: {{ jwks: {TestKey.PublicSet(Keys.Es256).ToJsonString()} }}"));
        own.Login.Discovery.Status = 500;
        var assertion = Assertions.Sign(own.Common, "keyed");
        var away = await own.ExchangeByAsync(own.Common, assertion);
        (away.Status, away.Reason).ShouldBe((HttpStatusCode.ServiceUnavailable, "issuer_keys_unavailable"));
        away.DecisionId.ShouldNotBeNull();
        (await own.ExchangeByAsync(own.Common, assertion)).Reason.ShouldBe("client_authentication_failed");
    }
}
