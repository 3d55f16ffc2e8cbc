using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Wording;

/// <summary>One name for two things: people, clients, APIs and issuers are told apart by their names alone.</summary>
public sealed class NameTests
{
    [Theory]
    [InlineData("api")]
    [InlineData("web")]
    [InlineData("partner:bob")]
    [InlineData("legacy:")]
    [InlineData("opaque:alice")]
    [InlineData("")]
    public async Task Nobody_signs_in_under_the_name_of_a_client_or_of_another_issuers_subject(string sub)
    {
        await using var arena = await Arena.StartAsync();
        (await arena.ExchangeAsync("web", arena.IdToken(sub), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectUnmappable, Reason.SubjectSubMissing);
        (await arena.OnAsync("api", arena.Login.AccessToken(sub, Arena.Orders, "read", "x"), "billing")).ShouldBeRefused(Reason.SubjectUnmappable, Reason.SubjectSubMissing);
    }

    [Fact]
    public async Task Nobody_is_impersonated_under_the_name_of_a_client()
    {
        await using var arena = await Arena.StartAsync();
        foreach (var client in new[] { "api", "web", "billing" }) ((int)(await arena.Server.MintAsync(client)).Status).ShouldBeInRange(400, 422);
    }

    [Theory]
    [InlineData("web: { identifiers: https://web.example.com }", "https://web.example.com: { secrets: { value: secret-of-x-0123456789 } }", "which this client does not serve")]
    [InlineData("x: { identifiers: [https://x.example.com, https://y.example.com] }, y: { identifiers: https://y.example.com }", "", "one identifier means one resource")]
    [InlineData("x: { identifiers: https://x.example.com }, https://x.example.com: { identifiers: https://y.example.com }", "", "is the name of another resource")]
    [InlineData("self: { identifiers: https://x.example.com }", "", "means something of its own")]
    [InlineData("cambist-admin: { identifiers: https://x.example.com }", "", "is built in and never declared")]
    [InlineData("x: { identifiers: https://x.example.com }", "impersonation: { secrets: { value: secret-of-x-0123456789 } }", "means something of its own")]
    public async Task A_name_that_could_mean_two_things_keeps_the_server_from_starting(string resources, string clients, string why) =>
        (await Should.ThrowAsync<Exception>(async () =>
        {
            await using var arena = await Arena.StartAsync(arena => $$"""
                {{Registries.Issuers(arena)}}
                resources: { {{resources}}, orders: { identifiers: {{Arena.Orders}}, scopes: [read, write] } }
                clients: { {{Registries.Client("web")}}{{(clients.Length > 0 ? ", " + clients : "")}} }
                rules: [ { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: read } } ]
                """);
        })).Message.ShouldContain(why);

    [Fact]
    public async Task No_two_subjects_of_a_template_share_a_name_whatever_their_claims_hold()
    {
        await using var arena = await Arena.StartAsync(arena => $$"""
            issuers: { login: { issuer: {{arena.Login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "x:{a}:{b}" } }
            resources: { orders: { identifiers: {{Arena.Orders}}, claims: { greeting: "{a}", both: "{a}-{b}" } } }
            clients: { {{Registries.Client("web")}} }
            rules: [ { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [] } } ]
            """);
        string[] values = ["a", "a:", ":a", ":", "%", "%3A", "%3a", "%253A", "{a}", "{b}", "{sub}", "a:b", "a%3Ab", "{", "}", " ", "é", "1"];
        var names = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        foreach (var a in values)
        {
            foreach (var b in values)
            {
                var answer = await arena.ExchangeAsync("web", arena.IdToken(change: claims => (claims["a"], claims["b"]) = (a, b)), "id_token", ("audience", "orders"));
                var claims = answer.ShouldBeGranted().Claims;
                names.TryAdd(claims.Text("sub"), (a, b)).ShouldBeTrue($"{a} and {b} have the name of {names.GetValueOrDefault(claims.Text("sub"))}");
                (claims.Text("greeting"), claims.Text("both")).ShouldBe((a, $"{a}-{b}"));
            }
        }

        foreach (var wrong in new JsonNode?[] { null, "", new JsonArray("a"), true, 1.5, new JsonObject() })
            (await arena.ExchangeAsync("web", arena.IdToken(change: claims => (claims["a"], claims["b"]) = ("a", wrong)), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectUnmappable);
    }
}
