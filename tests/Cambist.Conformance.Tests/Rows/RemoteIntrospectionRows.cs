using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>TX-41: opaque tokens of issuers that are asked about them. One after the other: some break an endpoint that others need.</summary>
public sealed class RemoteIntrospectionRows(IntrospectionWorld world) : IClassFixture<IntrospectionWorld>
{
    Task RefusedAsync(Reason reason, string token, string type = "access_token") => world.RefusesAsync(reason, server => server.ExchangeAsync("web", SecretOf("web"), token, type));

    Task RefusedAsync(Reason reason, Action<JsonObject> change) => RefusedAsync(reason, world.Token(change));

    [Fact]
    public async Task TX_41_a_remote_opaque_token_is_introspected_by_its_issuer()
    {
        var token = world.Token();
        var answer = await world.GrantsAsync(server => server.SendAccessTokenAsync("web", token));
        (answer.Claims.Text("sub"), answer.Claims.Text("scope"), answer.Claims.Text("email")).ShouldBe(("partner:carol", "read", "carol@example.com"));
        world.Partner.OpaqueTokens.Asked.ShouldBe(new Dictionary<string, string> { ["token"] = token, ["token_type_hint"] = "access_token" }, ignoreOrder: true);

        // One root for all that comes of one token.
        var again = (await world.Common.SendAccessTokenAsync("web", token)).Claims.Text("jti");
        again.Split('.')[0].ShouldBe(answer.Claims.Text("jti").Split('.')[0]);
        again.ShouldNotBe(answer.Claims.Text("jti"));
    }

    [Fact]
    public async Task TX_41_what_its_issuer_does_not_call_active_is_refused_from_that_moment_on()
    {
        await RefusedAsync(Reason.SubjectUnknown, "pt_unknown");
        await RefusedAsync(Reason.SubjectUnknown, said => said["active"] = false);

        var token = world.Token();
        await world.GrantsAsync(server => server.SendAccessTokenAsync("web", token));
        world.Partner.OpaqueTokens.Revoke(token);
        await RefusedAsync(Reason.SubjectUnknown, token);
    }

    [Fact]
    public async Task TX_41_an_issuer_that_cannot_be_asked_is_an_outage_and_no_verdict()
    {
        var (token, asked) = (world.Token(), world.Other.Introspection.Requests);
        async Task UnavailableAsync(Action<TestEndpoint> broken)
        {
            broken(world.Partner.Introspection);
            await RefusedAsync(Reason.IssuerUnavailable, token);
            world.Partner.Introspection.Mend();
        }

        foreach (var status in new[] { 400, 401, 403, 404, 500, 503, 204 }) await UnavailableAsync(endpoint => (endpoint.Status, endpoint.Body) = (status, []));
        await UnavailableAsync(endpoint => endpoint.RedirectTo = world.Other.Issuer + "/introspect");
        await UnavailableAsync(endpoint => endpoint.Abort = true);
        await UnavailableAsync(endpoint => endpoint.Padding = 80 * 1024);
        foreach (var garbage in new[] { "", "active", "[true]", "{}", """{"active":"true"}""", """{"active":1}""", """{"active":null}""", """{"active":true,"active":true}""" })
            await UnavailableAsync(endpoint => endpoint.Say(garbage));

        world.Other.Introspection.Requests.ShouldBe(asked, "a redirect is not followed");
        await world.GrantsAsync(server => server.SendAccessTokenAsync("web", token));
        world.Common.Log.Lines.Count(line => line.Contains("introspection_failed", StringComparison.Ordinal) || line.Contains("cannot be asked about its tokens", StringComparison.Ordinal)).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task TX_41_an_answer_that_never_ends_is_given_up()
    {
        var clock = new FakeClock();
        await using var own = await AdHocWorld.StartAsync(Alone, clock, files: Secret);
        var token = own.Login.OpaqueTokens.Issue("", "carol", "web");
        var hold = new TaskCompletionSource();
        own.Login.Introspection.HoldBody = hold.Task;
        await own.RefusesAsync(Reason.IssuerUnavailable, async server =>
        {
            var asked = own.Login.Introspection.Requests;
            var answer = server.SendAccessTokenAsync("web", token);
            await own.Login.Introspection.RequestsReachAsync(asked + 1, TestContext.Current.CancellationToken);
            clock.Advance(TimeSpan.FromSeconds(6));
            return await answer;
        });
        hold.SetResult();
    }

    static Dictionary<string, string> Secret => new() { ["secret"] = TestOpaqueTokens.ClientSecret };

    /// <summary>One introspecting issuer, without a prefix.</summary>
    static string Alone(TestIssuer login) => $$"""
        issuers: { login: { issuer: {{login.Issuer}}, tokens: { access_token: { audiences: web } }, subject: "{sub}", introspection: { endpoint: {{login.Issuer}}/introspect, client_id: {{TestOpaqueTokens.ClientId}}, client_secret_file: secret } } }
        resources: { orders: { identifiers: https://orders.example.com } }
        clients: { {{Client("web")}} }
        rules: [ { name: in, clients: web, subject: { issuer: login }, actor: none, default_target: true, targets: { orders: [] } } ]
        """;

    [Fact]
    public async Task TX_41_what_the_issuer_says_of_a_token_is_judged_like_a_jwts_claims()
    {
        await RefusedAsync(Reason.SubjectExpired, said => said["exp"] = 1_000_000_000);
        await RefusedAsync(Reason.SubjectClaimInvalid, said => said.Remove("exp"));
        await RefusedAsync(Reason.SubjectNotYetValid, said => said["nbf"] = said.Number("iat") + 1000);
        await RefusedAsync(Reason.SubjectIssuedInFuture, said => said["iat"] = said.Number("iat") + 200);
        await RefusedAsync(Reason.SubjectSubMissing, said => said.Remove("sub"));
        await RefusedAsync(Reason.SubjectAudienceMismatch, said => said.Remove("aud"));
        await RefusedAsync(Reason.SubjectAudienceMismatch, said => said["aud"] = "elsewhere");
        await RefusedAsync(Reason.SubjectNotForCaller, said => said["aud"] = "somebody-else");
        await RefusedAsync(Reason.SubjectConditionFailed, said => said["tenant"] = "red");
        await RefusedAsync(Reason.SubjectIssuerUntrusted, said => said["iss"] = world.Other.Issuer);
        await RefusedAsync(Reason.SubjectTypeMismatch, said => said["token_type"] = "refresh_token");
        await RefusedAsync(Reason.SubjectKeyBound, said => said["cnf"] = new JsonObject { ["jkt"] = "x" });
        await RefusedAsync(Reason.SubjectKeyBound, said => said["token_type"] = "dpop");
        await RefusedAsync(Reason.SubjectKeyBound, said => (said["token_type"], said["cnf"]) = ("DPoP", new JsonObject { ["jkt"] = "x" }));
        foreach (var type in new JsonNode?[] { "N_A", "mac", "", "Bearer ", "Bearer DPoP", 1, null, new JsonArray("Bearer") })
            await RefusedAsync(Reason.SubjectTypeMismatch, said => said["token_type"] = type?.DeepClone());
        foreach (var scope in new[] { "read  write", " read", "read ", "\"read\"", "read\twrite", "read\nwrite", "r\\ead read" })
            await RefusedAsync(Reason.SubjectClaimInvalid, said => said["scope"] = scope);
        foreach (var none in new JsonNode?[] { "", 7, null, new JsonArray("read write"), new JsonObject { ["read"] = true } })
            await RefusedAsync(Reason.NothingToGrant, said => said["scope"] = none?.DeepClone());
        await RefusedAsync(Reason.SubjectActNotAccepted, said => said["act"] = new JsonObject { ["sub"] = "x" });
        await RefusedAsync(Reason.NothingToGrant, said => said.Remove("scope"));
        await world.GrantsAsync(server => server.SendAccessTokenAsync("web", world.Token(said =>
        {
            said.Remove("iss");
            said.Remove("token_type");
        })));
    }

    [Fact]
    public async Task TX_41_a_token_is_sent_to_the_one_issuer_whose_prefix_it_has()
    {
        var (partner, other) = (world.Partner.Introspection.Requests, world.Other.Introspection.Requests);
        foreach (var token in new[] { "garbage", "PT_x", "xpt_", "sub_x", "cbt_x", "cbr_x", "pt_x y", "pt_" + new string('x', 5000), "ot" }) await RefusedAsync(Reason.SubjectUnknown, token);
        await RefusedAsync(Reason.SubjectMalformed, world.Token(), "id_token");
        await RefusedAsync(Reason.SubjectMalformed, world.Token(), "jwt");
        await RefusedAsync(Reason.SubjectIssuerUntrusted, world.IdToken());
        (world.Partner.Introspection.Requests, world.Other.Introspection.Requests).ShouldBe((partner, other));

        await RefusedAsync(Reason.SubjectUnknown, "ot_x");
        (world.Partner.Introspection.Requests, world.Other.Introspection.Requests).ShouldBe((partner, other + 2));
    }

    [Fact]
    public async Task TX_41_without_a_prefix_a_jwt_is_still_sent_to_nobody()
    {
        await using var own = await AdHocWorld.StartAsync(Alone, files: Secret);
        foreach (var token in new[] { own.IdToken(claims => claims["iss"] = "https://elsewhere.example.com"), own.IdToken(claims => claims["iss"] = "https://elsewhere.example.com") + "=", "eyJ0.x.y" })
        {
            foreach (var server in new[] { own.Common, own.Rfc8693 }) (await server.SendAccessTokenAsync("web", token)).Error.ShouldNotBeNull();
        }

        own.Login.Introspection.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task A_refresh_token_is_good_however_much_the_issuer_said_of_the_subject()
    {
        var token = world.Token(said => said["groups"] = new string('x', 20_000)); // more than a JWT may hold
        await world.GrantsAsync(async server =>
        {
            var given = await server.SendAccessTokenAsync("web", token, ("audience", "notes"));
            return await server.RefreshAsync("web", given.RefreshToken);
        });
    }

    [Fact]
    public async Task An_actor_may_be_an_opaque_token_of_its_issuer()
    {
        Task<Answer> SendAsync(TestServer server, string actor) => server.SendIdTokenAsync("web", world.IdToken(), ActingWorld.Actor(actor, "access_token"));
        var answer = await world.GrantsAsync(server => SendAsync(server, world.Token()));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"partner:carol"}""");

        await world.RefusesAsync(Reason.ActorUnknown, server => SendAsync(server, "pt_unknown"));
        await world.RefusesAsync(Reason.ActorUnknown, server => SendAsync(server, world.Other.OpaqueTokens.Issue("ot_", "x", server.Issuer)));
        await world.RefusesAsync(Reason.ActorActNotAccepted, server => SendAsync(server, world.Token(said => said["act"] = new JsonObject { ["sub"] = "x" })));
        world.Partner.Introspection.Status = 500;
        await world.RefusesAsync(Reason.IssuerUnavailable, server => SendAsync(server, world.Token()));
        world.Partner.Introspection.Mend();
    }
}
