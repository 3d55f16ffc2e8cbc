using System.Net;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Conformance.Tests.Rows.IntrospectionRows;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>RV-01 to RV-07: revocation (RFC 7009), and what it takes along.</summary>
public sealed class RevocationRows(OpaqueWorld world)
{
    IEnumerable<TestServer> Both => [world.Common, world.Rfc8693];

    static void ShouldBeEmpty(Answer answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        answer.Body.ShouldBeEmpty();
        answer.Headers.CacheControl.ShouldNotBeNull().NoStore.ShouldBeTrue();
    }

    static async Task<IReadOnlyList<LedgerEntry>> ActsAsync(TestServer server, string id) =>
        await server.Engine.Store.Decisions.PageAsync(new DecisionFilter { Outcome = DecisionOutcome.AdminAct, Lineage = id }, default, 100, TestContext.Current.CancellationToken);

    [Fact]
    public async Task RV_01_an_authenticated_client_posts_a_token()
    {
        var answer = await world.RefusesAsync(Reason.MethodNotAllowed, server => server.SendBodyAsync("web", null, "/revoke?token=x", HttpMethod.Get));
        answer.ContentHeaders.Allow.ShouldBe(["POST"]);
        foreach (var client in new[] { null, "nobody", "switched-off", "reports" })
            await world.RefusesAsync(Reason.ClientAuthenticationFailed, async server => await server.SendFormToAsync("/revoke", client, ("token", (await world.OrdersAsync(server)).AccessToken)));
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendFormToAsync("/revoke", "web", ("token_type_hint", "access_token")));
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendBodyAsync("web", Form(""), "/revoke?token=x"));
        await world.RefusesAsync(Reason.ParameterRepeated, server => server.RevokeAsync("web", "x", ("token", "y")));
    }

    [Fact]
    public async Task CA_24_introspection_and_revocation_authenticate_as_the_token_endpoint_does()
    {
        foreach (var path in new[] { "/introspect", "/revoke" })
        {
            foreach (var server in Both)
                (await server.SendFormToAsync(path, null, ("token", "x"), ("client_id", "reports"), ("client_secret", SecretOf("reports")))).Status.ShouldBe(HttpStatusCode.OK);
            await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => server.SendFormToAsync(path, "web", ("token", "x"), ("client_id", "web"), ("client_secret", SecretOf("web"))));
            await world.RefusesAsync(Reason.ClientIdMismatch, server => server.SendFormToAsync(path, "web", ("token", "x"), ("client_id", "orders")));
            await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.SendFormToAsync(path, null, ("token", "x"), ("client_id", "web"), ("client_secret", SecretOf("web"))));
        }
    }

    [Fact]
    public async Task CA_24_HT_14_guesses_at_a_secret_count_together_at_every_endpoint()
    {
        async Task<Answer> GuessAsync(string path, string secret)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Form("token=x") };
            request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("vault", secret));
            TestServer.From(request, "127.0.66.1");
            return await world.Common.SendAsync(request);
        }

        for (var i = 0; i < 10; i++) (await GuessAsync(i % 2 == 0 ? "/introspect" : "/revoke", "wrong")).Reason.ShouldBe("client_authentication_failed");
        foreach (var path in new[] { "/introspect", "/revoke", "/token" }) ((int)(await GuessAsync(path, "wrong")).Status).ShouldBe(429);
        ShouldBeInactive(await GuessAsync("/introspect", SecretOf("vault")));
    }

    [Theory]
    [InlineData("junk")]
    [InlineData("cbt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("cbr_x")]
    [InlineData("a.b.c")]
    [InlineData("\0")]
    [InlineData("🙂")]
    public async Task RV_02_AB_77_an_unknown_token_is_answered_as_if_it_were_revoked(string token)
    {
        foreach (var server in Both) ShouldBeEmpty(await server.RevokeAsync("web", token));
    }

    [Fact]
    public async Task RV_02_revoking_twice_is_answered_alike_and_recorded_once()
    {
        foreach (var server in Both)
        {
            var token = (await world.OrdersAsync(server)).AccessToken;
            var id = (await server.IntrospectAsync("web", token)).Json.Text("jti");
            for (var i = 0; i < 3; i++) ShouldBeEmpty(await server.RevokeAsync("web", token));
            var act = (await ActsAsync(server, id)).ShouldHaveSingleItem();
            (act.Action, act.Client, act.Subject).ShouldBe(("revocation", "web", new RecordedParty("self", "alice", id)));
            act.Trace.ShouldNotBeNull().ShouldContain("gave back");
            ShouldBeEmpty(await server.RevokeAsync("web", world.IdToken())); // of another issuer: unknown here
        }
    }

    [Fact]
    public async Task RV_03_AB_76_a_token_of_another_client_is_refused_and_stays_active()
    {
        var texts = new HashSet<string?>();
        foreach (var client in new[] { "stranger", "orders", "billing", "kiosk" }) // orders is the server of its resource, and may not either
        {
            var answer = await world.RefusesAsync(Reason.TokenNotOfCaller, async server =>
            {
                var token = (await world.OrdersAsync(server)).AccessToken;
                var answer = client == "kiosk"
                    ? await server.SendFormToAsync("/revoke", null, ("token", token), ("client_id", "kiosk"))
                    : await server.RevokeAsync(client, token);
                ShouldBeActive(await server.IntrospectAsync("orders", token));
                return answer;
            });
            texts.Add((string?)answer.Json["error_description"]);
        }

        await world.RefusesAsync(Reason.TokenNotOfCaller, async server => await server.RevokeAsync("web", (await world.ReportsAsync(server)).AccessToken));
        texts.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task RV_04_a_wrong_hint_finds_the_token_all_the_same()
    {
        foreach (var server in Both)
        {
            foreach (var hint in new[] { "refresh_token", "junk", "" })
            {
                var token = (await world.OrdersAsync(server)).AccessToken;
                ShouldBeEmpty(await server.RevokeAsync("web", token, ("token_type_hint", hint)));
                ShouldBeInactive(await server.IntrospectAsync("web", token));
            }
        }
    }

    [Fact]
    public async Task RV_04_a_kind_that_clients_cannot_revoke_is_unsupported() =>
        await world.RefusesAsync(Reason.TokenNotRevocable, server => server.RevokeAsync("web", "sub_0123456789"));

    [Fact]
    public async Task RV_05_a_revoked_token_is_inactive_and_refused_at_once()
    {
        await world.RefusesAsync(Reason.SubjectRevoked, async server =>
        {
            var token = (await world.OrdersAsync(server)).AccessToken;
            (await server.SendAccessTokenAsync("orders", token, ("audience", "billing"))).Status.ShouldBe(HttpStatusCode.OK);
            ShouldBeEmpty(await server.RevokeAsync("web", token));
            foreach (var client in new[] { "web", "orders" }) ShouldBeInactive(await server.IntrospectAsync(client, token));
            return await server.SendAccessTokenAsync("orders", token, ("audience", "billing"));
        });
    }

    [Fact]
    public async Task RV_06_C6_revoking_a_token_takes_all_that_was_made_from_it_and_nothing_above_or_beside()
    {
        foreach (var server in Both)
        {
            var orders = (await world.OrdersAsync(server)).AccessToken;
            var billing = (await server.SendAccessTokenAsync("orders", orders, ("audience", "billing"))).AccessToken;
            var sibling = (await server.SendAccessTokenAsync("orders", orders, ("audience", "billing"))).AccessToken;
            var reports = (await server.SendAccessTokenAsync("billing", billing, ("audience", "reports"))).AccessToken;
            var vault = (await server.SendAccessTokenAsync("billing", billing, ("audience", "vault"))).AccessToken;

            ShouldBeEmpty(await server.RevokeAsync("orders", billing));
            foreach (var token in new[] { billing, reports, vault }) ShouldBeInactive(await server.IntrospectAsync("billing", token));
            ShouldBeActive(await server.IntrospectAsync("orders", orders));
            ShouldBeActive(await server.IntrospectAsync("billing", sibling));

            ShouldBeEmpty(await server.RevokeAsync("web", orders));
            foreach (var token in new[] { orders, sibling }) ShouldBeInactive(await server.IntrospectAsync("orders", token));
            (await server.SendAccessTokenAsync("billing", sibling, ("audience", "reports"))).Reason.ShouldBe("subject_revoked");
        }
    }

    [Fact]
    public async Task RV_07_a_revoked_jwt_still_verifies_where_nobody_asks_and_not_for_long()
    {
        foreach (var server in Both)
        {
            var jwt = await server.SendIdTokenAsync("web", world.IdToken(), ("audience", "reports"));
            ShouldBeEmpty(await server.RevokeAsync("web", jwt.AccessToken));
            ShouldBeInactive(await server.IntrospectAsync("web", jwt.AccessToken));
            var keys = (await server.GetAsync("/jwks")).Json["keys"]!.AsArray();
            keys.Select(key => key!.AsObject().Text("kid")).ShouldContain(jwt.Jwt.HeaderJson.Text("kid")); // signature and exp are all that an API offline sees
            (jwt.Claims.Number("exp") - jwt.Claims.Number("iat")).ShouldBeLessThanOrEqualTo(600);
        }
    }

    [Fact]
    public async Task A_public_client_may_give_its_token_back()
    {
        foreach (var server in Both)
        {
            var token = (await server.SendAsPublicAsync("kiosk", world.IdToken(audience: server.Issuer), ("audience", "orders"))).AccessToken;
            ShouldBeActive(await server.IntrospectAsync("orders", token));
            ShouldBeEmpty(await server.SendFormToAsync("/revoke", null, ("token", token), ("client_id", "kiosk")));
            ShouldBeInactive(await server.IntrospectAsync("orders", token));
        }
    }
}
