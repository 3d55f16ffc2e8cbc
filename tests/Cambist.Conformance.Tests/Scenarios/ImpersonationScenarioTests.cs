using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Conformance.Tests.ImpersonationWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Scenarios;

/// <summary>Impersonation tokens as a server that has them is expected to take them, and better.</summary>
public sealed class ImpersonationScenarioTests(ImpersonationWorld world) : IClassFixture<ImpersonationWorld>
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CambistType)]
    [InlineData(LogtoType)]
    [InlineData("access_token")]
    public async Task L1_L2_an_impersonation_token_is_redeemed_under_each_spelling_of_its_type(string type)
    {
        var answer = await world.GrantsAsync(async server => await RedeemAsync(server, await MintedAsync(server), type: type));
        ((string?)answer.Claims["sub"]).ShouldBe("customer-7");
        ((string?)answer.Claims["sub_kind"]).ShouldBe("impersonated");
        ((string?)answer.Claims["aud"]).ShouldBe("https://orders.example.com");
        ((string?)answer.Claims["scope"]).ShouldBe("read write");
        ((string?)answer.Claims["act"]!["sub"]).ShouldBe("support");
        ((string?)answer.Json["issued_token_type"]).ShouldBe(AccessTokenType);
    }

    [Fact]
    public async Task L3_a_second_use_is_refused() =>
        (await world.RefusesAsync(Reason.SubjectUsedUp, async server =>
        {
            var token = await MintedAsync(server);
            (await RedeemAsync(server, token)).Status.ShouldBe(HttpStatusCode.OK);
            return await RedeemAsync(server, token, client: "other", type: LogtoType);
        })).Error.ShouldBe("invalid_grant");

    [Fact]
    public async Task L3_C8_of_fifty_redemptions_at_once_exactly_one_succeeds()
    {
        for (var round = 0; round < 10; round++)
        {
            var token = await MintedAsync(world.Common);
            string[] types = [CambistType, LogtoType, "access_token"];
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => RedeemAsync(world.Common, token, i % 2 == 0 ? "support" : "other", types[i % 3])));
            answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
            answers.Where(answer => answer.Status != HttpStatusCode.OK).ShouldAllBe(answer => answer.Reason == "subject_used_up");
        }
    }

    [Fact]
    public async Task L4_an_unknown_token_is_refused()
    {
        foreach (var type in new[] { CambistType, LogtoType, "access_token" })
            (await world.RefusesAsync(Reason.SubjectUnknown, server => RedeemAsync(server, "sub_" + new string('A', 43), type: type))).Error.ShouldBe("invalid_grant");
        await world.RefusesAsync(Reason.SubjectUnknown, async server => await RedeemAsync(server, (await MintedAsync(server))[..^1]));
        await world.RefusesAsync(Reason.SubjectUnknown, async server => await RedeemAsync(server, (await MintedAsync(server))["sub_".Length..]));
    }

    [Fact]
    public async Task L4_an_expired_token_is_refused_with_under_a_second_left()
    {
        var clock = new FakeClock();
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            resources: { orders: { identifiers: https://orders.example.com, token: { lifetime: 1h } } }
            clients: { {{Client("support")}} }
            rules: { name: as-customers, clients: support, subject: { issuer: impersonation, where: { sub: "customer-*" } }, targets: { orders: [] } }
            """, clock);
        var (early, late) = (await MintedAsync(own.Common, body => body["expires_in"] = 60), await MintedAsync(own.Common, body => body["expires_in"] = 60));
        clock.Jump(TimeSpan.FromMilliseconds(58_900));
        var answer = await RedeemAsync(own.Common, early);
        ((long)answer.Json["expires_in"]!).ShouldBe(3600, "its own life only limits when it can be redeemed");
        clock.Jump(TimeSpan.FromMilliseconds(200));
        (await RedeemAsync(own.Common, late)).Reason.ShouldBe("subject_expired");
    }

    [Fact]
    public async Task L5_a_refused_exchange_does_not_use_the_token_up() => await world.GrantsAsync(async server =>
    {
        var token = await MintedAsync(server, body => body["targets"] = "orders");
        (await RedeemAsync(server, token, more: [("audience", "orders"), ("scope", "admin")])).Reason.ShouldBe("scope_not_granted");
        (await RedeemAsync(server, token, more: [("audience", "nowhere")])).Reason.ShouldBe("target_unknown");
        (await RedeemAsync(server, token, more: [("audience", "reports")])).Reason.ShouldBe("target_outside_token");
        (await RedeemAsync(server, token, more: [("audience", "orders"), ("requested_token_type", JwtType)])).Reason.ShouldBe("requested_token_type_unsupported");
        (await RedeemAsync(server, token, client: "web", more: [("audience", "orders")])).Reason.ShouldBe("no_rule");
        return await RedeemAsync(server, token);
    });

    [Fact]
    public async Task L14_context_given_at_minting_reaches_a_claim_by_configuration()
    {
        var answer = await world.GrantsAsync(async server =>
            await RedeemAsync(server, await MintedAsync(server, body => body["claims"] = new JsonObject { ["ticket"] = "t-9", ["tenant"] = "acme", ["sub"] = "somebody-else" })));
        ((string?)answer.Claims["ticket"]).ShouldBe("t-9");
        ((string?)answer.Claims["sub"]).ShouldBe("customer-7");
        answer.Claims.ContainsKey("tenant").ShouldBeFalse("what was minted is seen as context.* alone");
    }

    [Fact]
    public async Task C9_the_store_and_the_log_hold_no_impersonation_token()
    {
        var token = await MintedAsync(world.Common);
        (await RedeemAsync(world.Common, token)).Status.ShouldBe(HttpStatusCode.OK);
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(token));
        var files = (await world.Common.StoreFilesAsync()).Select(ReadShared).ToArray();
        files.Any(bytes => bytes.AsSpan().IndexOf(hash) >= 0).ShouldBeTrue("the search finds what is there");
        foreach (var secret in new[] { token, token["sub_".Length..], world.Common.AdminToken() })
        {
            files.Any(bytes => bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(secret)) >= 0).ShouldBeFalse();
            world.Common.Log.Lines.ShouldNotContain(line => line.Contains(secret, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task C15_minting_is_on_record_with_who_and_why_and_so_is_what_came_of_it()
    {
        (await world.Common.MintAsync("customer-7", body => body.Remove("reason"))).Status.ShouldBe(HttpStatusCode.BadRequest);
        var minted = await world.Common.MintAsync("customer-7");
        var redeemed = await RedeemAsync(world.Common, (string)minted.Json["token"]!);
        var id = (string)minted.Json["id"]!;
        ((string?)redeemed.Claims["jti"])!.ShouldStartWith(id + ".");

        var entries = await world.Common.Engine.Store.Decisions.PageAsync(new() { Lineage = id }, default, 10, Cancellation);
        entries.Select(entry => entry.Action).ShouldBe([Requests.TokenExchange, "impersonation_tokens.mint"]);
        entries[0].Subject.ShouldBe(new RecordedParty("impersonation", "customer-7", id));
        entries[1].Actor.ShouldBe(new RecordedParty("bootstrap", "cambist-admin", null));
        entries[1].Outcome.ShouldBe(DecisionOutcome.AdminAct);
        entries[1].Trace.ShouldNotBeNull().ShouldContain("reason: ticket 4711");
    }

    [Fact]
    public async Task L8_kinds_stay_down_the_lineage_so_impersonation_never_passes_for_a_user()
    {
        async Task<string> First(TestServer server) => (await RedeemAsync(server, await MintedAsync(server))).AccessToken;
        await world.RefusesAsync(Reason.NoRule, async server => await server.SendAccessTokenAsync("orders", await First(server), ("audience", "billing")));
        var next = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("orders", await First(server), ("audience", "reports")));
        ((string?)next.Claims["sub_kind"]).ShouldBe("impersonated");
        next.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"orders","act":{"sub":"support"}}""");
    }

    static byte[] ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
