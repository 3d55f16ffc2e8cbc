using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Conformance.Tests.ImpersonationWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What the contract says of redeeming an impersonation token.</summary>
public sealed class RedemptionTests(ImpersonationWorld world) : IClassFixture<ImpersonationWorld>
{
    [Fact]
    public async Task Another_client_than_the_one_it_names_is_told_that_it_is_unknown()
    {
        await world.RefusesAsync(Reason.SubjectUnknown, async server => await RedeemAsync(server, await MintedAsync(server, body => body["client"] = "other")));
        await world.GrantsAsync(async server => await RedeemAsync(server, await MintedAsync(server, body => body["client"] = "other"), client: "other"));
    }

    [Fact]
    public async Task Outside_its_targets_is_an_invalid_target_also_where_a_rule_would_give_it_by_default()
    {
        static void ForOrders(JsonObject body)
        {
            body["targets"] = new JsonArray("https://orders.example.com");
            body["claims"] = new JsonObject { ["ticket"] = "t-1" };
        }

        (await world.RefusesAsync(Reason.TargetOutsideToken, async server => await RedeemAsync(server, await MintedAsync(server, ForOrders), more: [("audience", "billing")]))).Error.ShouldBe("invalid_target");
        await world.RefusesAsync(Reason.TargetOutsideToken, async server => await RedeemAsync(server, await MintedAsync(server, ForOrders), more: [("scope", "read")]));
        await world.GrantsAsync(async server => await RedeemAsync(server, await MintedAsync(server, ForOrders)));
    }

    [Fact]
    public async Task Conditions_see_context_and_of_it_minter_and_reason_as_this_server_wrote_them()
    {
        static void Ticket(JsonObject body) => body["claims"] = new JsonObject { ["ticket"] = "t-1" };
        var answer = await world.GrantsAsync(async server => await RedeemAsync(server, await MintedAsync(server, Ticket), more: [("audience", "billing")]));
        answer.Claims.ContainsKey("act").ShouldBeFalse("the rule says actor: none");
        await world.RefusesAsync(Reason.NoRule, async server => await RedeemAsync(server, await MintedAsync(server), more: [("audience", "billing")]));
        await world.RefusesAsync(Reason.NoRule, async server => await RedeemAsync(server, await MintedAsync(server, body =>
        {
            Ticket(body);
            body["reason"] = "no ticket";
        }), more: [("audience", "billing")]));
    }

    [Fact]
    public async Task Who_minted_it_is_not_who_acts_with_it()
    {
        static async Task<string> MintedByOps(TestServer server) =>
            (string)(await server.MintAsync("customer-7", token: (await server.ForItselfAsync("ops", ("audience", "cambist-admin"))).AccessToken)).Json["token"]!;
        await world.RefusesAsync(Reason.ActorIsMinter, async server => await RedeemAsync(server, await MintedByOps(server), client: "ops"));
        await world.GrantsAsync(async server =>
        {
            var token = await MintedByOps(server);
            (await RedeemAsync(server, token, client: "ops")).Reason.ShouldBe("actor_is_minter");
            return await RedeemAsync(server, token);
        });
    }

    [Fact]
    public async Task May_act_is_enforced()
    {
        static Action<JsonObject> For(string client) => body => body["may_act"] = new JsonObject { ["sub"] = client };
        await world.GrantsAsync(async server => await RedeemAsync(server, await MintedAsync(server, For("support"))));
        await world.RefusesAsync(Reason.MayActMismatch, async server => await RedeemAsync(server, await MintedAsync(server, For("other"))));
    }

    [Fact]
    public async Task Public_clients_redeem_none()
    {
        foreach (var type in new[] { CambistType, LogtoType, "access_token" })
        {
            await world.RefusesAsync(
                Reason.SubjectInvalid,
                async server => await server.PostAsync(TestServer.ExchangeForm(await MintedAsync(server), type, ("client_id", "spa"), ("audience", "orders"))),
                precise: Reason.SubjectUnknown);
        }
    }

    [Theory]
    [InlineData(CambistType)]
    [InlineData("access_token")]
    public async Task It_is_never_an_actor_token(string type) => await world.RefusesAsync(Reason.ActorTokenTypeUnsupported, async server =>
        await server.SendIdTokenAsync("web", world.IdToken(), ("audience", "orders"), ("actor_token", await MintedAsync(server)), ("actor_token_type", TestServer.TokenType(type))));

    [Fact]
    public async Task Cancelled_it_is_unknown_and_what_it_gave_ends()
    {
        await world.RefusesAsync(Reason.SubjectUnknown, async server =>
        {
            var minted = await server.MintAsync("customer-7");
            ((int)(await server.AdminAsync(HttpMethod.Delete, $"/impersonation-tokens/{minted.Json["id"]}?reason=a%20slip")).Status).ShouldBe(204);
            ((int)(await server.AdminAsync(HttpMethod.Delete, $"/impersonation-tokens/{minted.Json["id"]}")).Status).ShouldBe(404);
            return await RedeemAsync(server, (string)minted.Json["token"]!);
        });
        await world.RefusesAsync(Reason.SubjectRevoked, async server =>
        {
            var minted = await server.MintAsync("customer-7");
            var given = (await RedeemAsync(server, (string)minted.Json["token"]!)).AccessToken;
            await server.SendAccessTokenAsync("orders", given, ("audience", "reports"));
            ((int)(await server.AdminAsync(HttpMethod.Delete, $"/impersonation-tokens/{minted.Json["id"]}")).Status).ShouldBe(204);
            return await server.SendAccessTokenAsync("orders", given, ("audience", "reports"));
        });
    }
}
