using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Which claims an issued token has: the rule's by name before the resource's, and what the subject token lacks is left out.</summary>
public sealed class ClaimTests
{
    static readonly string[] Always = ["iss", "sub", "aud", "client_id", "iat", "exp", "jti"];

    static Task<AdHocWorld> StartAsync() => AdHocWorld.StartAsync(login => $$"""
        issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "people:{sub}" } }
        resources:
          orders: { identifiers: https://orders.example.com, claims: [email, tenant, age, tags] }
          billing: { identifiers: https://billing.example.com, claims: { mail: "{email}", tenant: "{tenant}", who: "{sub}" } }
        clients: { {{Client("web")}}, {{Client("orders", "serves: orders")}} }
        rules:
          - name: sign-in
            clients: web
            subject: { issuer: login }
            actor: none
            targets: { orders: [] }
            claims: { tenant: "of {org}", via: web, raw: "{org}", nested: "{address.city}", text: "{age} years" }
          - { name: on, clients: orders, targets: { billing: [] } }
        """);

    static Task<Answer> SignInAsync(AdHocWorld own, TestServer server, Action<JsonObject> change) => server.SendIdTokenAsync("web", own.IdToken(change), ("audience", "orders"));

    [Fact]
    public async Task A_claim_of_the_rule_wins_over_that_of_the_resource_and_json_types_are_kept()
    {
        await using var own = await StartAsync();
        var claims = (await own.GrantsAsync(server => SignInAsync(own, server, claims =>
        {
            (claims["email"], claims["tenant"], claims["org"], claims["age"]) = ("a@example.com", "the-issuers", 7, 42);
            (claims["tags"], claims["address"]) = (new JsonArray("x", 1, null), new JsonObject { ["city"] = "Basel" });
        }))).Claims;
        (claims.Text("tenant"), claims.Text("via"), claims.Text("nested"), claims.Text("email"), claims.Text("text")).ShouldBe(("of 7", "web", "Basel", "a@example.com", "42 years"));
        (claims["raw"]!.ToJsonString(), claims["age"]!.ToJsonString(), claims["tags"]!.ToJsonString()).ShouldBe(("7", "42", """["x",1,null]"""));
    }

    [Fact]
    public async Task What_the_token_lacks_is_left_out_and_the_resources_claim_does_not_stand_in_for_the_rules()
    {
        await using var own = await StartAsync();
        var claims = (await own.GrantsAsync(server => SignInAsync(own, server, claims => claims["tenant"] = "the-issuers"))).Claims;
        claims.Select(claim => claim.Key).ShouldBe([.. Always, "via"], ignoreOrder: true);
    }

    [Fact]
    public async Task At_the_next_hop_claims_come_from_our_token_and_sub_is_our_sub()
    {
        await using var own = await StartAsync();
        var claims = (await own.GrantsAsync(async server =>
        {
            var first = await SignInAsync(own, server, claims => (claims["email"], claims["org"], claims["tenant"]) = ("a@example.com", "o", "the-issuers"));
            return await server.SendAccessTokenAsync("orders", first.AccessToken, ("audience", "billing"));
        })).Claims;
        claims.Select(claim => claim.Key).ShouldBe([.. Always, "act", "mail", "tenant", "who"], ignoreOrder: true);
        (claims.Text("mail"), claims.Text("tenant"), claims.Text("who")).ShouldBe(("a@example.com", "of o", "people:alice"));
    }
}
