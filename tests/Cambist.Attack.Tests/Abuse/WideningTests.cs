using System.Text;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-44 to AB-50 and AB-52: an honest token, and a request that asks for more than is its due or says two things at once.</summary>
[Collection(AbuseCollection.Name)]
public sealed class WideningTests(AbuseWorld world)
{
    Task<Answer> StopsAsync(Reason reason, params (string Name, string Value)[] more) => world.StopsIdTokenAsync(reason, world.IdToken(), more);

    [Theory]
    [InlineData("read pay")]
    [InlineData("pay")]
    [InlineData("*")]
    [InlineData("admin")]
    [InlineData("READ")]
    [InlineData("openid offline_access")]
    [InlineData("read write")]
    [InlineData("orders/read")]
    [InlineData("billing/pay")]
    [InlineData("read,pay")]
    [InlineData("read:*")]
    [InlineData("rea")]
    [InlineData("readpay")]
    public async Task AB_44_no_hop_widens_the_scope(string scope)
    {
        var tokens = new Dictionary<TestServer, string>();
        foreach (var server in new[] { world.Common, world.Rfc8693 }) tokens[server] = await world.OrdersTokenAsync(server, scope: "read");
        await world.StopsAsync(Reason.ScopeNotGranted, server => server.SendAccessTokenAsync("orders", tokens[server], ("audience", "billing"), ("scope", scope)));
        (await world.GrantsAsync(server => server.SendAccessTokenAsync("orders", tokens[server], ("audience", "billing")))).Claims.Text("scope").ShouldBe("read");
    }

    [Fact]
    public async Task AB_44_an_access_token_for_less_gives_no_more_when_it_is_exchanged_at_the_same_resource()
    {
        var token = world.Login.AccessToken("alice", AbuseWorld.Orders, "read openid offline_access admin", "web");
        (await world.GrantsAsync(server => server.SendAccessTokenAsync("orders", token))).Claims.Text("scope").ShouldBe("read");
        await world.StopsAsync(Reason.ScopeNotGranted, server => server.SendAccessTokenAsync("orders", token, ("scope", "read write")));
    }

    [Fact]
    public async Task AB_45_a_scope_of_ten_thousand_tokens_is_refused()
    {
        await StopsAsync(Reason.ScopeNotGranted, ("scope", string.Join(' ', Enumerable.Range(0, 10_000).Select(i => $"s{i}"))));
        await StopsAsync(Reason.ScopeMalformed, ("scope", new string(' ', 30_000)));
        await StopsAsync(Reason.ScopeNotGranted, ("scope", new string('s', 30_000)));
        // The same ones ten thousand times are few scopes.
        (await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(), ("scope", string.Join(' ', Enumerable.Repeat("read", 10_000)))))).Claims.Text("scope").ShouldBe("read");
    }

    [Theory]
    [InlineData("read\twrite")]
    [InlineData("read\r\nwrite")]
    [InlineData("read\r\nSet-Cookie: a=b")]
    [InlineData("\"read\"")]
    [InlineData("'read' \"")]
    [InlineData("re\\ad")]
    [InlineData("r\u00e9ad")]
    [InlineData("read\u2003write")]
    [InlineData("read\u202Ewrite")]
    [InlineData("\U0001F600")]
    [InlineData("read\0write")]
    [InlineData("read\u001b[31m")]
    [InlineData("read\u007f")]
    public async Task AB_45_a_scope_with_other_characters_is_refused(string scope) => await StopsAsync(Reason.ScopeMalformed, ("scope", scope));

    [Theory]
    [InlineData("https://orders.example.com@evil.example/")]
    [InlineData("https://evil.example@orders.example.com")]
    [InlineData("https://orders.example.com.evil.example")]
    [InlineData("https://orders.example.com%2f@evil.example")]
    [InlineData("https://orders.example.com/")]
    [InlineData("https://ORDERS.example.com")]
    [InlineData("https://orders.example.com:443")]
    [InlineData("https://orders.example.com/../billing")]
    [InlineData("https://оrders.example.com")]
    [InlineData("HTTPS://orders.example.com")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("file:///etc/passwd")]
    public async Task AB_46_a_resource_that_only_looks_like_one_of_ours_is_unknown(string resource) => await StopsAsync(Reason.TargetUnknown, ("resource", resource));

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("//orders.example.com")]
    [InlineData("orders.example.com")]
    [InlineData("/orders")]
    [InlineData("https://orders.example.com#fragment")]
    [InlineData("https://orders.example.com#")]
    [InlineData("orders")]
    [InlineData("https:")]
    [InlineData("https://")]
    [InlineData(":")]
    [InlineData("*")]
    public async Task AB_46_a_resource_that_is_no_absolute_uri_is_malformed(string resource) => await StopsAsync(Reason.TargetMalformed, ("resource", resource));

    [Theory]
    [InlineData(" https://orders.example.com")]
    [InlineData("https://orders.example.com ")]
    [InlineData("https://orders.example.com\0")]
    [InlineData("https://orders.example.com\r\n")]
    [InlineData("https:\\\\orders.example.com")]
    [InlineData("https://ord%65rs.example.com")]
    public async Task AB_46_a_resource_spelled_in_another_way_is_refused(string resource)
    {
        foreach (var name in new[] { "resource", "audience" })
        {
            foreach (var server in new[] { world.Common, world.Rfc8693 })
            {
                var answer = await AbuseWorld.SendAsync(server, to => to.SendIdTokenAsync("web", world.IdToken(), (name, resource)));
                answer.Error.ShouldBe("invalid_target", answer.Body);
                new[] { "target_malformed", "target_unknown" }.ShouldContain(answer.Reason);
                World.ShouldBeWellFormedError(answer);
            }
        }
    }

    [Fact]
    public async Task AB_47_a_forbidden_audience_beside_an_allowed_one_stops_both()
    {
        foreach (var (good, bad) in new[] { ("audience", "audience"), ("resource", "resource"), ("resource", "audience"), ("audience", "resource") })
        {
            await StopsAsync(Reason.OneTargetAtATime, (good, AbuseWorld.Orders), (bad, AbuseWorld.Billing));
            await StopsAsync(Reason.OneTargetAtATime, (bad, AbuseWorld.Billing), (good, AbuseWorld.Orders));
            await StopsAsync(Reason.TargetUnknown, (good, AbuseWorld.Orders), (bad, "https://evil.example"));
            await StopsAsync(Reason.TargetUnknown, (bad, "https://evil.example"), (good, AbuseWorld.Orders));
        }

        await StopsAsync(Reason.TargetUnknown, ("audience", $"{AbuseWorld.Orders} {AbuseWorld.Billing}"));
        await StopsAsync(Reason.TargetUnknown, ("audience", $"[\"{AbuseWorld.Orders}\"]"));
    }

    [Theory]
    [InlineData("https://orders.tenant-2.example.com")]
    [InlineData("tenant-2/orders")]
    [InlineData("orders@tenant-2")]
    public async Task AB_48_a_resource_of_another_tenant_is_unknown(string audience)
    {
        await StopsAsync(Reason.TargetUnknown, ("audience", audience));
        await StopsAsync(Reason.TargetNotAllowed, ("audience", "billing"));
        // The other server's own identifier is nobody's resource either.
        await world.StopsAsync(Reason.TargetUnknown, server => server.SendIdTokenAsync("web", world.IdToken(), ("resource", (server == world.Common ? world.Rfc8693 : world.Common).Issuer)));
    }

    [Fact]
    public async Task AB_49_a_repeated_subject_token_is_refused_in_either_order()
    {
        await StopsAsync(Reason.ParameterRepeated, ("subject_token", "bad"));
        await StopsAsync(Reason.ParameterRepeated, ("subject_token", ""));
        await StopsAsync(Reason.ParameterRepeated, ("subject_token", world.IdToken(subject: "victim")));
        await world.StopsIdTokenAsync(Reason.ParameterRepeated, "bad", ("subject_token", world.IdToken()));
    }

    [Theory]
    [InlineData("scope", "read", "write")]
    [InlineData("scope", "read", "read")]
    [InlineData("client_id", "web", "web")]
    [InlineData("requested_token_type", AccessTokenType, AccessTokenType)]
    [InlineData("actor_token_type", IdTokenType, IdTokenType)]
    [InlineData("subject_token_type", AccessTokenType, "")]
    [InlineData("grant_type", Requests.TokenExchange, "")]
    public async Task AB_50_repeated_parameters_are_never_joined(string name, string first, string second) =>
        await StopsAsync(Reason.ParameterRepeated, (name, first), (name, second));

    [Fact]
    public async Task AB_50_a_joined_value_is_one_value()
    {
        await StopsAsync(Reason.ClientIdMismatch, ("client_id", "web,web"));
        await StopsAsync(Reason.ScopeNotGranted, ("scope", "read,write"));
        await StopsAsync(Reason.TargetUnknown, ("audience", "orders,orders"));
        await world.StopsAsync(Reason.SubjectTokenTypeUnsupported, server => server.ExchangeAsync("web", SecretOf("web"), world.IdToken(), $"{IdTokenType},{IdTokenType}"));
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:grant-type:token-exchange ")]
    [InlineData(" urn:ietf:params:oauth:grant-type:token-exchange")]
    [InlineData("urn:ietf:params:oauth:grant-type:token-exchange\0")]
    [InlineData("urn:ietf:params:oauth:grant-type:token-exchange\n")]
    [InlineData("urn%3aietf%3aparams%3aoauth%3agrant-type%3atoken-exchange")]
    [InlineData("urn:ietf:params:oauth:grant-type:token-e\uFF58change")]
    [InlineData("urn:ietf:params:oauth:grant-type:to\u212Aen-exchange")]
    [InlineData("urn:ietf:params:oauth:grant-type:token\u2010exchange")]
    [InlineData("URN:IETF:PARAMS:OAUTH:GRANT-TYPE:TOKEN-EXCHANGE")]
    [InlineData("urn:ietf:params:oauth:grant-type:token-exchange\u200b")]
    public async Task AB_52_a_grant_type_that_only_looks_right_is_unsupported(string type)
    {
        var form = TestServer.ExchangeForm(world.IdToken(), "id_token").Skip(1).ToArray();
        await world.StopsAsync(Reason.GrantTypeUnsupported, server => server.SendFormAsync("web", [.. form, ("grant_type", type)]));
        await world.StopsAsync(Reason.GrantTypeUnsupported, server => server.SendBodyAsync("web", Form($"grant_type={Uri.EscapeDataString(type)}&{ExchangeBody(world.IdToken())[("grant_type=".Length + Uri.EscapeDataString(Requests.TokenExchange).Length + 1)..]}")));
    }

    [Fact]
    public async Task AB_52_a_grant_type_encoded_more_than_it_must_be_is_the_same_grant_type()
    {
        var encoded = string.Concat(Encoding.UTF8.GetBytes(Requests.TokenExchange).Select(b => $"%{b:x2}"));
        await world.GrantsAsync(server => server.SendBodyAsync("web", Form(ExchangeBody(world.IdToken()).Replace(Uri.EscapeDataString(Requests.TokenExchange), encoded, StringComparison.Ordinal))));
    }
}
