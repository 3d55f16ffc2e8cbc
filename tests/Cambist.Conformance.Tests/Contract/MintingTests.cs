using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Conformance.Tests.ImpersonationWorld;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What the contract says of minting impersonation tokens.</summary>
public sealed class MintingTests(ImpersonationWorld world) : IClassFixture<ImpersonationWorld>
{
    TestServer Server => world.Common;

    [Fact]
    public async Task A_minted_token_is_answered_once_and_in_full()
    {
        var minted = await Server.MintAsync("customer-7");
        minted.Status.ShouldBe(HttpStatusCode.Created);
        minted.Json.Select(member => member.Key).ShouldBe(["token", "id", "token_type", "expires_in"], ignoreOrder: true);
        ((string)minted.Json["token"]!).ShouldMatch("^sub_[A-Za-z0-9_-]{43}$");
        ((string)minted.Json["id"]!).ShouldMatch("^[A-Za-z0-9_-]{22}$");
        ((string?)minted.Json["token_type"]).ShouldBe(CambistType);
        ((int)minted.Json["expires_in"]!).ShouldBe(600);
        minted.Headers.CacheControl!.NoStore.ShouldBeTrue();
        ((int)(await Server.MintAsync("customer-7", body => body["expires_in"] = 30)).Json["expires_in"]!).ShouldBe(30);
    }

    [Fact]
    public async Task The_list_says_who_for_whom_and_why_and_never_the_token()
    {
        var minted = await Server.MintAsync("customer-8", body =>
        {
            (body["client"], body["targets"], body["may_act"]) = ("support", new JsonArray("orders", "https://orders.example.com"), new JsonObject { ["sub"] = "support" });
            body["claims"] = new JsonObject { ["ticket"] = "t-1", ["nested"] = new JsonObject { ["n"] = 1 } };
        });
        var listed = new List<JsonObject>();
        string? after = null;
        do
        {
            var page = await Server.AdminGetAsync($"/impersonation-tokens?limit=2{(after is null ? "" : "&after=" + after)}");
            page.Body.ShouldNotContain((string)minted.Json["token"]!);
            listed.AddRange(page.Json["impersonation_tokens"]!.AsArray().Select(item => item!.AsObject()));
            after = (string?)page.Json["next"];
        }
        while (after is not null);

        var one = listed.Single(item => (string?)item["id"] == (string?)minted.Json["id"]);
        ((string?)one["subject"]).ShouldBe("customer-8");
        ((string?)one["minted_by"]).ShouldBe("cambist-admin");
        ((string?)one["client"]).ShouldBe("support");
        one["targets"]!.ToJsonString().ShouldBe("""["orders"]""");
        one["may_act"]!.ToJsonString().ShouldBe("""{"sub":"support"}""");
        one["context"]!.ToJsonString().ShouldBe("""{"ticket":"t-1","nested":{"n":1},"minted_by":"cambist-admin","reason":"ticket 4711"}""");
    }

    [Theory]
    [InlineData("zzz")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_page_after_what_is_no_id_is_refused_and_not_taken_for_the_end(string after)
    {
        var page = await Server.AdminGetAsync("/impersonation-tokens?after=" + after);
        page.Status.ShouldBe(HttpStatusCode.BadRequest);
        page.Body.ShouldContain("after must be the id of an impersonation token");
    }

    [Theory]
    [InlineData("reason", null)]
    [InlineData("reason", "\"\"")]
    [InlineData("reason", "\"   \"")]
    [InlineData("reason", "\"two\\nlines\"")]
    [InlineData("reason", "17")]
    [InlineData("subject", null)]
    [InlineData("subject", "\"\"")]
    [InlineData("expires_in", "601")]
    [InlineData("expires_in", "0")]
    [InlineData("expires_in", "1.5")]
    [InlineData("expires_in", "\"60\"")]
    [InlineData("client", "\"nobody\"")]
    [InlineData("client", "\"spa\"")]
    [InlineData("client", "\"switched-off\"")]
    [InlineData("client", "null")]
    [InlineData("targets", "[]")]
    [InlineData("targets", "\"nowhere\"")]
    [InlineData("targets", "[\"orders\",7]")]
    [InlineData("may_act", "\"support\"")]
    [InlineData("may_act", "{}")]
    [InlineData("may_act", "{\"sub\":\"\"}")]
    [InlineData("may_act", "{\"sub\":\"support\",\"aud\":\"x\"}")]
    [InlineData("may_act", "{\"sub\":\"support\",\"iss\":\"https://nobody.example.com\"}")]
    [InlineData("claims", "[]")]
    [InlineData("claims", "{\"minted_by\":\"me\"}")]
    [InlineData("claims", "{\"reason\":\"mine\"}")]
    public async Task A_malformed_request_mints_nothing(string member, string? value)
    {
        var answer = await Server.MintAsync("customer-7", body =>
        {
            body.Remove(member);
            if (value is not null) body[member] = JsonNode.Parse(value);
        });
        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Body);
        answer.ContentHeaders.ContentType!.MediaType.ShouldBe("application/problem+json");
        answer.Json.ContainsKey("token").ShouldBeFalse();
    }

    [Theory]
    [InlineData("stranger", "{}", "no_rule")]
    [InlineData("customer-7", "{\"client\":\"web\"}", "no_rule")]
    [InlineData("customer-7", "{\"client\":\"support\",\"targets\":\"billing\"}", "no_rule")]
    [InlineData("customer-7", "{\"targets\":\"vault\"}", "denied")]
    [InlineData("admin-7", "{}", "denied")]
    [InlineData("customer-7", "{\"targets\":\"orders\",\"may_act\":{\"sub\":\"web\"}}", "may_act_mismatch")]
    [InlineData("customer-7", "{\"client\":\"other\",\"targets\":\"orders\",\"may_act\":{\"sub\":\"support\"}}", "may_act_mismatch")]
    [InlineData("customer-7", "{\"client\":\"support\",\"targets\":\"billing\",\"claims\":{\"ticket\":\"t-1\"},\"may_act\":{\"sub\":\"other\"}}", "may_act_mismatch")]
    [InlineData("support", "{}", "subject_unmappable")]
    [InlineData("spa", "{}", "subject_unmappable")]
    public async Task Minting_refuses_on_record_what_nobody_could_redeem(string subject, string more, string reason)
    {
        var answer = await Server.MintAsync(subject, body =>
        {
            foreach (var (name, value) in JsonNode.Parse(more)!.AsObject()) body[name] = value!.DeepClone();
        });
        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Body);
        answer.Reason.ShouldBe(reason);

        var entry = (await Server.Engine.Store.Decisions.PageAsync(new() { Subject = subject, Outcome = DecisionOutcome.Refused }, default, 1, TestContext.Current.CancellationToken))[0];
        (entry.Action, entry.Actor!.Sub, entry.IssuedId).ShouldBe(("impersonation_tokens.mint", "cambist-admin", null));
    }

    [Fact]
    public async Task Minting_refuses_what_only_the_minter_could_redeem()
    {
        var ops = (await Server.ForItselfAsync("ops", ("audience", "cambist-admin"))).AccessToken;
        async Task<Answer> MintAsync(string client, string target) => await Server.MintAsync("customer-7", body => (body["client"], body["targets"]) = (client, target), ops);
        (await MintAsync("ops", "orders")).Reason.ShouldBe("actor_is_minter");
        (await MintAsync("support", "orders")).Status.ShouldBe(HttpStatusCode.Created);
        (await Server.MintAsync("customer-7", body => (body["targets"], body["may_act"]) = ("orders", new JsonObject { ["sub"] = "ops" }), ops)).Reason.ShouldBeOneOf("actor_is_minter", "may_act_mismatch");
    }

    [Fact]
    public async Task Who_an_actor_token_names_is_not_known_when_minting()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { agents: { issuer: {{login.Issuer}}, tokens: id_token, roles: actor, subject: "agent:{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com } }
            clients: { {{Requests.Client("support")}} }
            rules: [ { name: acting, clients: support, subject: { issuer: impersonation, where: { sub: "customer-*" } }, actor: { issuer: agents }, targets: { orders: [] } } ]
            """);
        (await own.Common.MintAsync("customer-7", body => body["may_act"] = new JsonObject { ["sub"] = "agent:7" })).Status.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_target_that_is_left_is_enough() =>
        (await Server.MintAsync("customer-7", body => body["targets"] = new JsonArray("vault", "orders"))).Status.ShouldBe(HttpStatusCode.Created);
}
