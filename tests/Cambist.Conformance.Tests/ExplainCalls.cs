using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Conformance.Tests;

/// <summary>Questions to <c>POST /admin/v1/explain</c>.</summary>
static class ExplainCalls
{
    /// <summary>The body for the form of a request; members that repeat become lists.</summary>
    public static JsonObject BodyOf(string client, IEnumerable<(string Name, string Value)> form)
    {
        var body = new JsonObject { ["client"] = client };
        foreach (var group in form.Where(one => one.Name is not ("grant_type" or "client_id")).GroupBy(one => one.Name == "refresh_token" ? "subject_token" : one.Name, one => one.Value))
            body[group.Key] = group.Count() == 1 ? group.Single() : new JsonArray([.. group.Select(value => (JsonNode)value)]);
        if (form.Contains(("grant_type", "refresh_token"))) body["grant"] = "refresh_token";
        return body;
    }

    /// <summary>What the server would answer to this form.</summary>
    public static async Task<JsonObject> ExplainAsync(this TestServer server, string client, IEnumerable<(string Name, string Value)> form)
    {
        var answer = await server.AdminPostAsync("/explain", BodyOf(client, form));
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        answer.Body.ShouldNotMatch(World.AnyJwt);
        return answer.Json;
    }

    /// <summary>The same for a token that is exchanged.</summary>
    public static Task<JsonObject> ExplainAsync(this TestServer server, string client, string token, string type, params (string Name, string Value)[] more) =>
        server.ExplainAsync(client, [("subject_token", token), ("subject_token_type", type), .. more]);

    /// <summary>How a step ended.</summary>
    public static string VerdictOf(this JsonObject explanation, int step) => (string)explanation["steps"]![step - 1]!["verdict"]!;
}
