using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>The OpenAPI document of the admin API says what is so.</summary>
public sealed class OpenApiTests(AdminWorld world) : IClassFixture<AdminWorld>
{
    TestServer Server => world.Common;

    JsonSchema Schemas => new(world.Document);

    AdminCall Call(string operation) => world.Calls.Single(call => call.ToString() == operation);

    static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    /// <summary>The answer, which must be one of those that are described, and fit.</summary>
    async Task<Answer> DescribedAsync(AdminCall call, string? body = null, string query = "", string id = "AAAAAAAAAAAAAAAAAAAAAA", string? token = null)
    {
        var answer = await world.SendAsync(call, "Bearer " + (token ?? Server.AdminToken()), body is null ? null : Json(body), query, id);
        ShouldBeDescribed(call, answer);
        return answer;
    }

    void ShouldBeDescribed(AdminCall call, Answer answer)
    {
        var response = call.ResponseOf(answer.Status).ShouldNotBeNull($"{call} is not said to answer {(int)answer.Status}: {answer.Body}");
        if (response["content"] is not { } content)
        {
            answer.Body.ShouldBeEmpty();
            return;
        }

        var (type, said) = content.AsObject().Single();
        answer.ContentHeaders.ContentType!.MediaType.ShouldBe(type);
        Schemas.Faults(JsonNode.Parse(answer.Body), said!["schema"]!.AsObject()).ShouldBeEmpty(call.ToString());
    }

    [Fact]
    public void Every_endpoint_is_in_the_document_and_nothing_else_is() =>
        world.Calls.Select(call => call.ToString()).ShouldBe(Server.AdminEndpoints.Select(endpoint => $"{endpoint.Method} {endpoint.Path}"), ignoreOrder: true);

    [Fact]
    public async Task Every_success_fits_its_schema()
    {
        var sent = new HashSet<string>();
        async Task<Answer> SucceedsAsync(string operation, string? body = null, string query = "", string id = "")
        {
            var call = Call(operation);
            var answer = await DescribedAsync(call, body, query, id);
            answer.Status.ShouldBe((HttpStatusCode)int.Parse(call.Described["responses"]!.AsObject().Select(response => response.Key).Single(status => status[0] == '2'), null), answer.Body);
            sent.Add(operation);
            return answer;
        }

        const string All = """{"subject":"customer-7","reason":"ticket 4711","client":"support","targets":["orders"],"may_act":{"sub":"support"},"claims":{"ticket":"t-1"},"expires_in":60}""";
        var minted = await SucceedsAsync("POST /admin/v1/impersonation-tokens", All);
        var minimal = await SucceedsAsync("POST /admin/v1/impersonation-tokens", """{"subject":"customer-8","reason":"ticket 4712"}""");
        (await SucceedsAsync("GET /admin/v1/impersonation-tokens", query: "?limit=1")).Json["next"].ShouldNotBeNull();
        await SucceedsAsync("GET /admin/v1/impersonation-tokens");
        await SucceedsAsync("DELETE /admin/v1/impersonation-tokens/{id}", id: (string)minimal.Json["id"]!);

        var orders = (await ImpersonationWorld.RedeemAsync(Server, (string)minted.Json["token"]!)).Claims["jti"]!.GetValue<string>();
        var alice = await Server.SendIdTokenAsync("web", world.IdToken(), ("audience", "orders"));
        var admin = await Server.SendAccessTokenAsync("orders", alice.AccessToken, ("audience", "cambist-admin"));
        var refused = await Server.SendAccessTokenAsync("web", alice.AccessToken, ("audience", "orders"), ("scope", "read"));
        (await SucceedsAsync("GET /admin/v1/tokens/{jti}", id: alice.Claims["jti"]!.GetValue<string>())).Json["descendants"]!.AsArray().Count.ShouldBe(1);
        await SucceedsAsync("GET /admin/v1/tokens/{jti}", id: admin.Claims["jti"]!.GetValue<string>());
        await SucceedsAsync("DELETE /admin/v1/tokens/{jti}", query: "?reason=leaked", id: orders);
        await SucceedsAsync("GET /admin/v1/decisions/{id}", id: refused.DecisionId!);
        (await SucceedsAsync("GET /admin/v1/decisions", query: "?limit=200")).Json["decisions"]!.AsArray().Count.ShouldBeGreaterThan(5);
        foreach (var (kind, value) in new[] { ("id", orders), ("subject", "nobody"), ("client", "gone"), ("issuer", "impersonation") })
            await SucceedsAsync("POST /admin/v1/revocations", new JsonObject { [kind] = value, ["reason"] = "a leak" }.ToJsonString());
        (await SucceedsAsync("POST /admin/v1/explain", new JsonObject { ["client"] = "web", ["subject_token"] = world.IdToken(), ["subject_token_type"] = "id_token", ["audience"] = "orders" }.ToJsonString())).Json["grant"].ShouldNotBeNull();
        (await SucceedsAsync("POST /admin/v1/explain", new JsonObject { ["client"] = "orders", ["subject_token"] = alice.AccessToken, ["subject_token_type"] = "access_token", ["audience"] = "orders" }.ToJsonString())).Json["remedies"].ShouldNotBeNull();
        foreach (var read in new[] { "registry", "issuers", "keys", "openapi.json" }) await SucceedsAsync("GET /admin/v1/" + read);
        sent.ShouldBe(world.Calls.Select(call => call.ToString()), ignoreOrder: true);
    }

    [Fact]
    public async Task Every_failure_is_described_and_a_problem()
    {
        var without = await world.TokenAsync("keys");
        foreach (var call in world.Calls)
        {
            await DescribedAsync(call, token: "wrong");
            await DescribedAsync(call, token: without);
            await DescribedAsync(call, query: "?unknown=1");
            await DescribedAsync(call, id: "-");
            if (!call.Described.ContainsKey("requestBody")) continue;
            foreach (var body in new[] { "{}", "[]", "", new string(' ', 20_000) }) await DescribedAsync(call, body);
            ShouldBeDescribed(call, await world.SendAsync(call, "Bearer " + Server.AdminToken(), new ByteArrayContent([0x7B, 0x7D]) { Headers = { ContentType = new MediaTypeHeaderValue("text/plain") } }));
        }
    }

    [Fact]
    public async Task The_query_of_each_endpoint_is_the_described_one()
    {
        foreach (var call in world.Calls)
        {
            foreach (var name in call.Query) (await DescribedAsync(call, query: $"?{name}=x")).Body.ShouldNotContain("not known here");
            var unknown = await DescribedAsync(call, query: "?unknown=1");
            unknown.Status.ShouldBe(HttpStatusCode.BadRequest);
            ((string)unknown.Json["detail"]!).ShouldEndWith(call.Query.Any() ? $"known: {string.Join(", ", call.Query)}." : "takes no query.");
        }
    }

    [Fact]
    public async Task The_members_of_each_body_are_the_described_ones()
    {
        foreach (var call in world.Calls.Where(call => call.Described.ContainsKey("requestBody")))
        {
            var schema = (string)call.Described["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]!;
            var members = world.Document["components"]!["schemas"]![schema.Split('/')[^1]]!["properties"]!.AsObject().Select(member => member.Key);
            var known = await KnownAsync(call);
            known.ShouldBe(members, ignoreOrder: true);
        }

        async Task<string[]> KnownAsync(AdminCall call)
        {
            // One fault is told at a time: the others are out of the way.
            var body = call.Path.Split('/')[^1] switch
            {
                "revocations" => """{"subject":"x","reason":"y","unknown":1}""",
                "explain" => """{"client":"web","subject_token":"x","subject_token_type":"id_token","unknown":1}""",
                _ => """{"subject":"customer-9","reason":"y","unknown":1}""",
            };
            var answer = await DescribedAsync(call, body);
            answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Body);
            return ((string)answer.Json["detail"]!).TrimEnd('.').Split("known: ")[1].Split(", ");
        }
    }

    [Fact]
    public void The_scopes_and_the_token_endpoint_are_those_of_the_server()
    {
        var flow = world.Document["components"]!["securitySchemes"]!["access_token"]!["flows"]!["clientCredentials"]!;
        ((string)flow["tokenUrl"]!).ShouldBe(Server.Issuer + "/token");
        flow["scopes"]!.AsObject().Select(scope => scope.Key).ShouldBe(Cambist.ReservedNames.AdminScopes, ignoreOrder: true);
        world.Calls.Select(call => call.Scope).OfType<string>().Distinct().ShouldBe(Cambist.ReservedNames.AdminScopes, ignoreOrder: true);
    }

    [Fact]
    public void Every_schema_is_used()
    {
        var text = world.Document.ToJsonString();
        foreach (var (name, _) in world.Document["components"]!["schemas"]!.AsObject()) text.ShouldContain($"\"#/components/schemas/{name}\"");
    }
}
