using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>TX-01 to TX-35: token exchange (RFC 8693 §2, §3) and resource indicators (RFC 8707).</summary>
public sealed class TokenExchangeRows(MainWorld world)
{
    Task<Answer> ExchangedAsync(TestServer server, params (string Name, string Value)[] more) => server.SendIdTokenAsync("web", world.IdToken(), more);

    Task<Answer> GrantedAsync(params (string Name, string Value)[] more) => world.GrantsAsync(server => ExchangedAsync(server, more));

    Task<Answer> RefusedAsync(Reason reason, params (string Name, string Value)[] more) => world.RefusesAsync(reason, server => ExchangedAsync(server, more));

    [Fact]
    public async Task TX_01_a_token_is_exchanged() => await GrantedAsync();

    [Theory]
    [InlineData("subject_token")]
    [InlineData("subject_token_type")]
    public async Task TX_02_TX_03_the_subject_token_and_its_type_are_required(string name)
    {
        var form = TestServer.ExchangeForm(world.IdToken(), "id_token").Where(pair => pair.Name != name).ToArray();
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendFormAsync("web", form));
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendFormAsync("web", [.. form, (name, "")]));
    }

    [Fact]
    public async Task TX_04_an_actor_token_without_its_type_is_refused()
    {
        await RefusedAsync(Reason.ParameterUnpaired, ("actor_token", world.IdToken()));
        await RefusedAsync(Reason.ParameterUnpaired, ("actor_token", world.IdToken()), ("actor_token_type", ""));
    }

    [Fact]
    public async Task TX_05_actor_token_type_without_actor_token_is_refused()
    {
        await RefusedAsync(Reason.ParameterUnpaired, ("actor_token_type", IdTokenType));
        await RefusedAsync(Reason.ParameterUnpaired, ("actor_token_type", IdTokenType), ("actor_token", ""));
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:token-type:foo")]
    [InlineData("URN:IETF:PARAMS:OAUTH:TOKEN-TYPE:ID_TOKEN")]
    [InlineData("urn:ietf:params:oauth:token-type:ID_TOKEN")]
    [InlineData("urn:ietf:params:oauth:token-type:id_token ")]
    [InlineData("urn:ietf:params:oauth:token-type:saml1")]
    [InlineData("urn:ietf:params:oauth:token-type:saml2")]
    public async Task TX_06_an_unknown_type_is_refused(string type)
    {
        await world.RefusesAsync(Reason.SubjectTokenTypeUnsupported, server => server.ExchangeAsync("web", SecretOf("web"), world.IdToken(), type));
        await RefusedAsync(Reason.ActorTokenTypeUnsupported, ("actor_token", world.IdToken()), ("actor_token_type", type));
        await RefusedAsync(Reason.RequestedTokenTypeUnsupported, ("requested_token_type", type));
    }

    [Theory]
    [InlineData("id_token")]
    [InlineData("access_token")]
    public async Task TX_06_a_type_without_its_urn_is_refused(string name)
    {
        var form = TestServer.ExchangeForm(world.IdToken(), "id_token").Select(pair => pair.Name == "subject_token_type" ? (pair.Name, name) : pair).ToArray();
        await world.RefusesAsync(Reason.SubjectTokenTypeUnsupported, server => server.SendFormAsync("web", form));
    }

    [Fact]
    public async Task TX_07_a_token_is_judged_as_what_it_is_declared_to_be()
    {
        await world.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendAccessTokenAsync("web", world.IdToken()));
        await world.RefusesAsync(Reason.SubjectAudienceMismatch, server => server.SendJwtAsync("web", world.IdToken()));
        var accessToken = world.Login.AccessToken("alice", "web", "read", "web");
        await world.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendIdTokenAsync("web", accessToken));
        await world.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendJwtAsync("web", accessToken));
    }

    [Fact]
    public async Task TX_07_our_own_token_is_neither_an_id_token_nor_a_jwt()
    {
        await world.RefusesAsync(Reason.SubjectIssuerUntrusted, async server => await server.SendIdTokenAsync("orders", await world.OrdersTokenAsync(server), ("audience", "billing")));
        await world.RefusesAsync(Reason.SubjectIssuerUntrusted, async server => await server.SendJwtAsync("orders", await world.OrdersTokenAsync(server), ("audience", "billing")));
    }

    [Fact]
    public async Task TX_08_an_actor_token_is_judged_as_what_it_is_declared_to_be_by_an_issuer_trusted_for_actors()
    {
        // login is trusted for subjects alone (DL-10).
        await RefusedAsync(Reason.ActorIssuerUntrusted, ("actor_token", world.IdToken()), ("actor_token_type", IdTokenType));
        await RefusedAsync(Reason.ActorMalformed, ("actor_token", "garbage"), ("actor_token_type", IdTokenType));
        await RefusedAsync(Reason.ActorUnknown, ("actor_token", "garbage"), ("actor_token_type", AccessTokenType));
        await world.RefusesAsync(Reason.ActorIssuerUntrusted, async server =>
            await ExchangedAsync(server, ("actor_token", await world.OrdersTokenAsync(server)), ("actor_token_type", IdTokenType)));
    }

    [Fact]
    public async Task TX_09_an_access_token_of_a_trusted_issuer_is_exchanged()
    {
        var token = world.Login.AccessToken("alice", MainWorld.Orders, "read unknown", "some-app");
        var answer = await world.GrantsAsync(server => server.SendAccessTokenAsync("orders", token));
        answer.Claims.Text("scope").ShouldBe("read");
    }

    [Fact]
    public async Task TX_09_a_jwt_of_a_trusted_issuer_is_exchanged()
    {
        var token = world.IdToken(audience: "workloads-of-web");
        await world.GrantsAsync(server => server.SendJwtAsync("web", token));
        await world.RefusesAsync(Reason.SubjectAudienceMismatch, server => server.SendIdTokenAsync("web", token));
    }

    [Fact]
    public async Task TX_11_a_refresh_token_is_no_subject_token() =>
        await world.RefusesAsync(Reason.SubjectTokenTypeUnsupported, server => server.ExchangeAsync("web", SecretOf("web"), "cbr_x", "refresh_token"));

    [Fact]
    public async Task TX_13_TX_14_an_access_token_is_given_where_no_type_is_asked_for()
    {
        foreach (var answer in new[] { await GrantedAsync(), await GrantedAsync(("requested_token_type", AccessTokenType)) })
        {
            answer.Json.Text("issued_token_type").ShouldBe(AccessTokenType);
            answer.Json.Text("token_type").ShouldBe("Bearer");
        }
    }

    [Fact]
    public async Task TX_15_a_jwt_is_the_same_token_by_another_name()
    {
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("billing", await world.BillingTokenAsync(server), ("audience", "reports"), ("requested_token_type", JwtType)));
        answer.Json.Text("issued_token_type").ShouldBe(JwtType);
        answer.Jwt.HeaderJson.Text("typ").ShouldBe("at+jwt");
    }

    [Fact]
    public async Task TX_15_a_rule_that_does_not_list_jwt_gives_none() => await RefusedAsync(Reason.RequestedTokenTypeUnsupported, ("requested_token_type", JwtType));

    [Theory]
    [InlineData("urn:ietf:params:oauth:token-type:id_token")]
    [InlineData("urn:ietf:params:oauth:token-type:refresh_token")]
    [InlineData("urn:ietf:params:oauth:token-type:saml2")]
    [InlineData("access_token")]
    [InlineData("junk")]
    public async Task TX_16_an_unsupported_requested_type_is_refused(string type) => await RefusedAsync(Reason.RequestedTokenTypeUnsupported, ("requested_token_type", type));

    [Fact]
    public async Task TX_17_TX_31_an_unknown_or_forbidden_audience_is_refused()
    {
        await RefusedAsync(Reason.TargetUnknown, ("audience", "nothing"));
        await RefusedAsync(Reason.TargetNotAllowed, ("audience", "billing"));
        await RefusedAsync(Reason.TargetNotAllowed, ("audience", "cambist-admin"));
        await RefusedAsync(Reason.TargetUnknown, ("audience", world.Login.Issuer));
        await RefusedAsync(Reason.TargetUnknown, ("audience", "web"));
    }

    [Fact]
    public async Task TX_17_our_own_issuer_is_no_audience() =>
        await world.RefusesAsync(Reason.TargetUnknown, server => ExchangedAsync(server, ("audience", server.Issuer)));

    [Theory]
    [InlineData("/rel")]
    [InlineData("orders")]
    [InlineData("https://orders.example.com#f")]
    [InlineData("https://orders.example.com#")]
    [InlineData("//orders.example.com")]
    [InlineData(":")]
    [InlineData("https://")]
    [InlineData("")]
    public async Task TX_18_a_resource_is_an_absolute_uri_without_fragment(string resource)
    {
        if (resource.Length == 0) await GrantedAsync(("resource", resource));
        else await RefusedAsync(Reason.TargetMalformed, ("resource", resource));
    }

    [Theory]
    [InlineData("https://orders.example.com?x=1")]
    [InlineData("https://orders.example.com/")]
    [InlineData("https://orders.example.com.evil.example")]
    [InlineData("https://orders.example.com/../x")]
    [InlineData("https://ORDERS.example.com")]
    [InlineData("HTTPS://orders.example.com")]
    [InlineData("http://orders.example.com")]
    [InlineData("https://orders.example.com:443")]
    [InlineData("https://orders.example.com@evil.example/")]
    [InlineData("https://orders.example.com%2f@evil.example")]
    [InlineData("https://example.com")]
    [InlineData("javascript:alert(1)")]
    [InlineData("urn:example:orders:x")]
    [InlineData("urn:example:ORDERS")]
    public async Task TX_23_a_target_is_matched_to_the_last_byte(string resource)
    {
        await RefusedAsync(Reason.TargetUnknown, ("resource", resource));
        await RefusedAsync(Reason.TargetUnknown, ("audience", resource));
    }

    [Theory]
    [InlineData("https://orders.example.com ")]
    [InlineData(" https://orders.example.com")]
    [InlineData("https://orders.example.com\r\n")]
    [InlineData("https://orders.example.com\0")]
    public async Task TX_23_spaces_are_not_trimmed(string name)
    {
        var asResource = await ExchangedAsync(world.Common, ("resource", name));
        asResource.Error.ShouldBe("invalid_target");
        await RefusedAsync(Reason.TargetUnknown, ("audience", name));
    }

    [Fact]
    public async Task TX_19_TX_20_several_resources_are_refused_whatever_their_order()
    {
        await RefusedAsync(Reason.OneTargetAtATime, ("resource", MainWorld.Orders), ("resource", MainWorld.Billing));
        await RefusedAsync(Reason.OneTargetAtATime, ("audience", "orders"), ("audience", "billing"));
        await RefusedAsync(Reason.OneTargetAtATime, ("audience", "billing"), ("resource", MainWorld.Orders));
        await RefusedAsync(Reason.OneTargetAtATime, ("resource", MainWorld.Orders), ("resource", MainWorld.OrdersToo), ("audience", "orders"), ("audience", "billing"));
        await RefusedAsync(Reason.OneTargetAtATime, ("audience", "orders"), ("audience", "billing"), ("scope", "write")); // write has a meaning at orders alone
        await RefusedAsync(Reason.TargetUnknown, ("audience", "orders"), ("audience", "nothing"));
        await RefusedAsync(Reason.TargetUnknown, ("resource", MainWorld.Orders), ("resource", "https://nothing.example.com"));
        await RefusedAsync(Reason.TargetUnknown, [.. Enumerable.Range(0, 50).Select(i => ("resource", $"https://api-{i}.example.com"))]);
    }

    [Fact]
    public async Task TX_21_without_a_target_there_is_the_default() => (await GrantedAsync()).Claims.Text("aud").ShouldBe(MainWorld.Orders);

    [Fact]
    public async Task TX_21_without_a_target_and_a_default_the_request_is_refused() =>
        await world.RefusesAsync(Reason.TargetMissing, async server => await server.SendAccessTokenAsync("billing", await world.BillingTokenAsync(server)));

    [Theory]
    [InlineData("read pay")]
    [InlineData("read admin")]
    [InlineData("*")]
    [InlineData("READ")]
    [InlineData("openid offline_access")]
    [InlineData("orders/read")]
    [InlineData("read,write")]
    public async Task TX_24_a_scope_beyond_the_rule_is_refused(string scope) => await RefusedAsync(Reason.ScopeNotGranted, ("scope", scope));

    [Fact]
    public async Task TX_24_a_scope_beyond_the_subject_token_is_refused()
    {
        await world.RefusesAsync(Reason.ScopeNotGranted, async server =>
            await server.SendAccessTokenAsync("orders", await world.OrdersTokenAsync(server, ("scope", "read")), ("audience", "billing"), ("scope", "pay")));
        await world.RefusesAsync(Reason.ScopeNotGranted, server =>
            server.SendAccessTokenAsync("orders", world.Login.AccessToken("alice", MainWorld.Orders, "read", "app"), ("scope", "read write")));
    }

    [Fact]
    public async Task TX_25_the_response_has_what_it_must()
    {
        var answer = await GrantedAsync();
        answer.Json.Select(member => member.Key).ShouldBe(["access_token", "issued_token_type", "token_type", "expires_in", "scope"], ignoreOrder: true);
        answer.Json.Text("scope").ShouldBe("read write");
    }

    [Fact]
    public async Task TX_27_expires_in_is_what_is_left()
    {
        var answer = await GrantedAsync();
        answer.Json.Number("expires_in").ShouldBe(answer.Claims.Number("exp") - answer.Claims.Number("iat"));
        answer.Json.Number("expires_in").ShouldBeInRange(1, 300);
    }

    [Fact]
    public async Task TX_28_scope_says_what_was_given()
    {
        (await GrantedAsync(("scope", "read"))).Json.Text("scope").ShouldBe("read");
        (await GrantedAsync(("scope", "read read"))).Json.Text("scope").ShouldBe("read");
    }

    [Fact]
    public async Task TX_32_the_subject_token_stays_as_good_as_it_was()
    {
        var token = world.IdToken();
        for (var i = 0; i < 3; i++) await world.GrantsAsync(server => server.SendIdTokenAsync("web", token));
    }

    [Fact]
    public async Task TX_33_a_token_never_lives_longer_than_the_one_it_was_exchanged_for()
    {
        var token = world.IdToken(claims => claims["exp"] = claims.Number("iat") + 30);
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", token));
        answer.Claims.Number("exp").ShouldBe(TestJwt.Parse(token).Claims.Number("exp"));
    }

    [Fact]
    public async Task TX_34_nobody_exchanges_without_being_authenticated() =>
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token")));

    [Fact]
    public async Task TX_35_a_token_of_somebody_else_is_refused()
    {
        await world.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync("stranger", world.IdToken()));
        await world.RefusesAsync(Reason.SubjectNotForCaller, async server => await server.SendAccessTokenAsync("stranger", await world.OrdersTokenAsync(server), ("audience", "billing")));
        await world.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendAccessTokenAsync("stranger", world.Login.AccessToken("alice", MainWorld.Orders, "read", "stranger")));
    }
}
