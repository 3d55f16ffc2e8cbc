using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Scenarios;

/// <summary>S11: what the parameters of an exchange are expected to do on the wire, one by one.</summary>
public sealed class WireScenarioTests(MainWorld world, OpaqueWorld opaque)
{
    [Fact]
    public async Task S11_resource_and_audience_may_repeat()
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(),
            ("audience", "orders"), ("resource", MainWorld.OrdersToo), ("audience", MainWorld.Orders), ("resource", MainWorld.Orders)));
        answer.Claims.Text("aud").ShouldBe(MainWorld.OrdersToo);
        answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(), ("audience", MainWorld.OrdersToo), ("audience", "orders")));
        answer.Claims.Text("aud").ShouldBe(MainWorld.OrdersToo);
        foreach (var (one, other) in new[] { ("resource", "resource"), ("audience", "audience"), ("resource", "audience"), ("audience", "resource") })
            await world.RefusesAsync(Reason.OneTargetAtATime, server => server.SendIdTokenAsync("web", world.IdToken(), (one, MainWorld.Orders), (other, MainWorld.Billing)));
    }

    [Theory]
    [InlineData("scope", "read", "write")]
    [InlineData("scope", "read", "read")]
    [InlineData("requested_token_type", AccessTokenType, AccessTokenType)]
    [InlineData("actor_token", "a", "a")]
    [InlineData("actor_token_type", AccessTokenType, AccessTokenType)]
    public async Task S11_scope_and_all_else_are_sent_once(string name, string one, string two) =>
        await world.RefusesAsync(Reason.ParameterRepeated, server => server.SendIdTokenAsync("web", world.IdToken(), (name, one), (name, two)));

    [Fact]
    public async Task S11_actor_token_and_its_type_come_as_a_pair()
    {
        await world.RefusesAsync(Reason.ParameterUnpaired, server => server.SendIdTokenAsync("web", world.IdToken(), ("actor_token", world.IdToken())));
        await world.RefusesAsync(Reason.ParameterUnpaired, server => server.SendIdTokenAsync("web", world.IdToken(), ("actor_token_type", IdTokenType)));
    }

    [Fact]
    public async Task S11_act_is_nested_newest_first()
    {
        var answer = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("billing", await world.BillingTokenAsync(server), ("audience", "reports")));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"billing","act":{"sub":"orders"}}""");
    }

    [Fact]
    public async Task S11_may_act_is_matched_on_iss_and_sub()
    {
        Task<Answer> SendAsync(TestServer server, string sub, string? iss) => server.SendIdTokenAsync("web", world.IdToken(claims =>
        {
            var allowed = new JsonObject { ["sub"] = sub };
            if (iss is not null) allowed["iss"] = iss;
            claims["may_act"] = allowed;
        }));

        // Where no issuer is said, it is that of the token, at which the caller also has another name.
        foreach (var (sub, iss) in new[] { ("web", null), ("web", world.Login.Issuer), ("web-guid", world.Login.Issuer) })
            (await world.GrantsAsync(server => SendAsync(server, sub, iss))).Claims.ContainsKey("may_act").ShouldBeFalse();
        foreach (var (sub, iss) in new[] { ("orders", null), ("WEB", null), ("web", world.Login.Issuer + "/"), ("web", "https://login.example.com"), ("orders", world.Login.Issuer) })
            await world.RefusesAsync(Reason.MayActMismatch, server => SendAsync(server, sub, iss));
        await world.GrantsAsync(server => SendAsync(server, "web", server.Issuer));
        await world.RefusesAsync(Reason.MayActMismatch, server => SendAsync(server, "web-guid", server.Issuer));
    }

    [Fact]
    public async Task S11_the_target_says_whether_the_token_is_a_jwt_or_opaque()
    {
        var token = await opaque.GrantsAsync(opaque.BillingAsync);
        token.AccessToken.ShouldStartWith("cbt_");
        token = await opaque.GrantsAsync(opaque.ReportsAsync);
        token.Jwt.HeaderJson.Text("typ").ShouldBe("at+jwt");
        token.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"billing","act":{"sub":"orders"}}""");
    }
}
