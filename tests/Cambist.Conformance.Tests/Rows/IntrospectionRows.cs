using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>IN-01 to IN-08: introspection (RFC 7662).</summary>
public sealed class IntrospectionRows(OpaqueWorld world)
{
    IEnumerable<TestServer> Both => [world.Common, world.Rfc8693];

    /// <summary>200, never cacheable, and exactly this much.</summary>
    internal static void ShouldBeInactive(Answer answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        answer.Body.ShouldBe("""{"active":false}""");
        answer.Headers.CacheControl.ShouldNotBeNull().NoStore.ShouldBeTrue();
        answer.ContentHeaders.ContentType.ShouldNotBeNull().MediaType.ShouldBe("application/json");
    }

    internal static JsonObject ShouldBeActive(Answer answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        answer.Headers.CacheControl.ShouldNotBeNull().NoStore.ShouldBeTrue();
        answer.ContentHeaders.ContentType.ShouldNotBeNull().MediaType.ShouldBe("application/json");
        answer.Json["active"].ShouldNotBeNull().ToJsonString().ShouldBe("true");
        return answer.Json;
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task IN_01_only_post_is_answered(string method)
    {
        var answer = await world.RefusesAsync(Reason.MethodNotAllowed, server => server.SendBodyAsync("vault", null, "/introspect?token=x", new(method)));
        answer.ContentHeaders.Allow.ShouldBe(["POST"]);
    }

    [Fact]
    public async Task IN_01_token_is_required_and_sent_once()
    {
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendFormToAsync("/introspect", "vault", ("token_type_hint", "access_token")));
        await world.RefusesAsync(Reason.ParameterMissing, server => server.IntrospectAsync("vault", ""));
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendBodyAsync("vault", Form(""), "/introspect?token=x"));
        await world.RefusesAsync(Reason.ParameterRepeated, server => server.IntrospectAsync("vault", "x", ("token", "x")));
        await world.RefusesAsync(Reason.MediaTypeUnsupported, server => server.SendBodyAsync("vault", new StringContent("""{"token":"x"}""", null, "application/json"), "/introspect"));
        foreach (var server in Both) ShouldBeInactive(await server.IntrospectAsync("vault", "x", ("foo", "1"), ("foo", "2")));
    }

    [Fact]
    public async Task IN_02_the_caller_is_authenticated()
    {
        async Task RefusedAsync(string? client, params (string, string)[] more) => await world.RefusesAsync(Reason.ClientAuthenticationFailed, async server =>
            await server.SendFormToAsync("/introspect", client, [("token", (await world.OrdersAsync(server)).AccessToken), .. more]));

        await RefusedAsync(null);
        await RefusedAsync("nobody");
        await RefusedAsync("switched-off");
        await RefusedAsync("reports"); // its method is another
        await RefusedAsync(null, ("client_id", "orders"));
        await RefusedAsync(null, ("client_id", "kiosk"));
        await RefusedAsync(null, ("client_id", "reports"), ("client_secret", "wrong"));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, async server =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/introspect") { Content = Form("token=x") };
            request.Headers.Authorization = new("Bearer", (await world.OrdersAsync(server)).AccessToken);
            return await server.SendAsync(request);
        });
    }

    [Fact]
    public async Task IN_03_an_active_token_is_described_in_its_own_types()
    {
        foreach (var server in Both)
        {
            var issued = await world.OrdersAsync(server);
            var seen = ShouldBeActive(await server.IntrospectAsync("orders", issued.AccessToken));
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            (seen.Text("iss"), seen.Text("sub"), seen.Text("aud"), seen.Text("client_id")).ShouldBe((server.Issuer, "alice", OpaqueWorld.Orders, "web"));
            (seen.Text("scope"), seen.Text("token_type")).ShouldBe(("read write", "Bearer"));
            seen.Number("iat").ShouldBeInRange(now - 60, now);
            (seen.Number("exp") - seen.Number("iat")).ShouldBe(600);
            seen.Text("jti").Split('.').Length.ShouldBe(2);
            seen.Text("email").ShouldBe("alice@example.com");
            seen["verified"]!.ToJsonString().ShouldBe("true");
            seen.Number("level").ShouldBe(3);
            seen["groups"]!.ToJsonString().ShouldBe("""["staff","ops"]""");
            seen.Text("acr").ShouldBe("strong");
            seen.ContainsKey("phone").ShouldBeFalse();
            seen.ContainsKey("act").ShouldBeFalse();
        }
    }

    [Fact]
    public async Task IN_03_a_jwt_is_described_as_it_describes_itself()
    {
        foreach (var server in Both)
        {
            var jwt = await world.ReportsAsync(server);
            var seen = ShouldBeActive(await server.SendFormToAsync("/introspect", null, ("token", jwt.AccessToken), ("client_id", "reports"), ("client_secret", SecretOf("reports"))));
            seen.Remove("active");
            seen.Remove("token_type");
            JsonNode.DeepEquals(seen, jwt.Claims).ShouldBeTrue(seen.ToJsonString());
        }
    }

    [Fact]
    public async Task DL_14_L16_an_exchanged_opaque_token_is_active_and_shows_act_as_a_jwt_would()
    {
        foreach (var server in Both)
        {
            var issued = await server.SendAccessTokenAsync("billing", (await world.BillingAsync(server)).AccessToken, ("audience", "vault"));
            ShouldBeActive(await server.IntrospectAsync("vault", issued.AccessToken))["act"]!.ToJsonString().ShouldBe((await world.ReportsAsync(server)).Claims["act"]!.ToJsonString());
        }
    }

    [Fact]
    public async Task TX_32_an_exchange_leaves_the_subject_token_active()
    {
        foreach (var server in Both)
        {
            var token = (await world.OrdersAsync(server)).AccessToken;
            var before = ShouldBeActive(await server.IntrospectAsync("orders", token));
            (await server.SendAccessTokenAsync("orders", token, ("audience", "billing"))).Status.ShouldBe(HttpStatusCode.OK);
            JsonNode.DeepEquals(before, ShouldBeActive(await server.IntrospectAsync("orders", token))).ShouldBeTrue();
        }
    }

    [Fact]
    public async Task IN_04_what_is_no_token_of_ours_is_inactive_and_no_more()
    {
        foreach (var server in Both)
        {
            var tampered = TestJwt.Parse((await world.ReportsAsync(server)).AccessToken);
            tampered.Signature[7] ^= 1;
            var opaque = (await world.OrdersAsync(server)).AccessToken;
            foreach (var token in new[]
            {
                "garbage", "a.b.c", "cbt_", "cbt_" + new string('A', 43), "cbr_x", "sub_x", "\0", "🙂", new string('x', 30_000),
                tampered.ToString(), opaque + "x", opaque[4..], world.IdToken(), TestJwt.Sign(world.Claims(), Keys.Es256, "at+jwt").ToString(),
            })
                ShouldBeInactive(await server.IntrospectAsync("orders", token));
        }
    }

    [Fact]
    public async Task IN_04_expired_and_revoked_tokens_are_inactive()
    {
        var clock = new FakeClock();
        await using var own = await AdHocWorld.StartAsync(OpaqueWorld.RegistryOf, clock);
        foreach (var server in new[] { own.Common, own.Rfc8693 })
        {
            var id = own.IdToken();
            foreach (var target in new[] { "orders", "reports" })
            {
                var token = (await server.SendIdTokenAsync("web", id, ("audience", target))).AccessToken;
                var other = (await server.SendIdTokenAsync("web", id, ("audience", target))).AccessToken;
                ShouldBeActive(await server.IntrospectAsync("web", token));
                (await server.RevokeAsync("web", other)).Status.ShouldBe(HttpStatusCode.OK);
                ShouldBeInactive(await server.IntrospectAsync("web", other));
                ShouldBeActive(await server.IntrospectAsync("web", token));
            }

            var last = (await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"))).AccessToken;
            clock.Jump(TimeSpan.FromSeconds(298));
            ShouldBeActive(await server.IntrospectAsync("orders", last));
            clock.Jump(TimeSpan.FromSeconds(2));
            ShouldBeInactive(await server.IntrospectAsync("orders", last));
        }
    }

    [Fact]
    public async Task IN_05_AB_74_only_the_client_of_a_token_and_the_server_of_its_resource_see_it()
    {
        foreach (var server in Both)
        {
            foreach (var (token, sees) in new[]
            {
                ((await world.OrdersAsync(server)).AccessToken, new[] { "web", "orders" }),
                ((await world.BillingAsync(server)).AccessToken, ["orders", "billing"]),
                ((await world.ReportsAsync(server)).AccessToken, ["billing"]),
            })
            {
                foreach (var client in new[] { "web", "orders", "billing", "vault", "stranger" })
                {
                    var answer = await server.IntrospectAsync(client, token);
                    if (sees.Contains(client)) ShouldBeActive(answer);
                    else ShouldBeInactive(answer);
                }
            }
        }
    }

    [Fact]
    public async Task IN_06_a_hint_is_only_a_hint()
    {
        foreach (var server in Both)
        {
            var token = (await world.OrdersAsync(server)).AccessToken;
            var expected = (await server.IntrospectAsync("orders", token)).Body;
            foreach (var hint in new[] { "access_token", "refresh_token", "id_token", "junk", "" })
                (await server.IntrospectAsync("orders", token, ("token_type_hint", hint))).Body.ShouldBe(expected);
        }
    }

    [Fact]
    public async Task IN_07_a_token_is_for_one_resource_and_so_are_the_scopes_that_are_seen()
    {
        foreach (var server in Both)
        {
            var token = (await world.BillingAsync(server)).AccessToken;
            foreach (var client in new[] { "orders", "billing" })
            {
                var seen = ShouldBeActive(await server.IntrospectAsync(client, token));
                (seen.Text("aud"), seen.Text("scope")).ShouldBe((OpaqueWorld.Billing, "read pay"));
            }
        }
    }

    [Fact]
    public async Task IN_08_credentials_of_a_resource_server_without_a_rule_are_good_for_introspection_alone()
    {
        foreach (var server in Both)
        {
            var token = (await server.SendAccessTokenAsync("billing", (await world.BillingAsync(server)).AccessToken, ("audience", "vault"))).AccessToken;
            ShouldBeActive(await server.IntrospectAsync("vault", token));
        }

        await world.RefusesAsync(Reason.GrantNotAllowed, async server => await server.SendAccessTokenAsync("vault", (await world.OrdersAsync(server)).AccessToken, ("audience", "billing")));
        await world.RefusesAsync(Reason.GrantNotAllowed, server => server.ForItselfAsync("vault"));
    }

    [Fact]
    public async Task A_token_of_a_client_that_is_gone_or_switched_off_is_inactive()
    {
        foreach (var server in Both)
        {
            var claims = (await world.ReportsAsync(server)).Claims;
            claims["aud"] = OpaqueWorld.Orders;
            ShouldBeActive(await server.IntrospectAsync("orders", server.SignAsServer(claims)));
            foreach (var client in new[] { "gone", "switched-off" })
                ShouldBeInactive(await server.IntrospectAsync("orders", server.SignAsServer(claims.With("client_id", client))));
        }
    }

    [Fact]
    public async Task L15_a_store_that_cannot_be_read_is_503_and_no_verdict()
    {
        await using var own = await AdHocWorld.StartAsync(OpaqueWorld.RegistryOf);
        var jwt = (await own.Common.SendIdTokenAsync("web", own.IdToken(), ("audience", "reports"))).AccessToken;
        await own.Common.Engine.Store.DisposeAsync();
        foreach (var token in new[] { jwt, "cbt_x" })
        {
            foreach (var answer in new[] { await own.Common.IntrospectAsync("web", token), await own.Common.RevokeAsync("web", token) })
            {
                ((int)answer.Status, answer.Error).ShouldBe((503, "temporarily_unavailable"));
                answer.Headers.RetryAfter.ShouldNotBeNull();
            }
        }
    }
}
