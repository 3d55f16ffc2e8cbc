using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>For each condition a resource whose rule asks for it, and one whose deny entry does.</summary>
public sealed class ConditionsWorld : World
{
    /// <summary>What the claim <c>c</c> can be; empty where it is missing.</summary>
    public static readonly string[] Values =
    [
        "", "null", "true", "false", "2", "7", "8", "1.5", "\"true\"", "\"7\"", "\"1.0\"", "\"yes\"", "\"null\"", "\"2026-01-01\"",
        "\"blue\"", "\"Blue\"", "\"red\"", "\"b*\"", "\"b/e\"", "\"\"", "[\"blue\"]", "[\"red\"]", "[\"red\",7]", "[]", "{\"blue\":1}", "{}",
    ];

    /// <summary>A condition, the values that meet it, and those that surely do not; all others are of another type or missing.</summary>
    public sealed record Case(string Where, string[] Yes, string[] No);

    public static readonly Case[] Cases =
    [
        Text("blue", "\"blue\""),
        Text("\"b*\"", "\"blue\"", "\"b*\""),
        Text("\"b**\"", "\"blue\"", "\"b*\"", "\"b/e\""),
        Text("\"7\"", "\"7\""),
        Text("\"true\"", "\"true\""),
        Text("1.0", "\"1.0\""),
        Text("yes", "\"yes\""),
        Text("null", "\"null\""),
        Text("2026-01-01", "\"2026-01-01\""),
        Text("{ equals: \"b*\" }", "\"b*\""),
        Text("{ in: teams }", "\"blue\"", "\"red\""),
        Text("[red, \"b*\"]", "\"red\"", "\"blue\"", "\"b*\""),
        new("7", ["7", "\"7\""], ["2", "8", "1.5", .. Strings("\"7\"")]),
        new("true", ["true", "\"true\""], ["false", .. Strings("\"true\"")]),
        new("[blue, 7]", ["\"blue\"", "7", "\"7\""], Strings("\"blue\"", "\"7\"")),
        new("{ not: blue }", Strings("\"blue\""), ["\"blue\""]),
        new("{ not: [blue, red] }", Strings("\"blue\"", "\"red\""), ["\"blue\"", "\"red\""]),
        new("{ contains: blue }", ["[\"blue\"]"], ["[\"red\"]", "[]"]),
        new("{ contains: 7 }", ["[\"red\",7]"], ["[\"blue\"]", "[\"red\"]", "[]"]),
        new("{ exists: true }", [.. Values.Where(value => value.Length > 0)], [""]),
        new("{ exists: false }", [""], [.. Values.Where(value => value.Length > 0)]),
        new("{ at_least: 7 }", ["7", "8"], ["2"]),
        new("{ at_most: 7 }", ["2", "7"], ["8"]),
    ];

    static string[] Strings(params string[] except) => [.. Values.Where(value => value.StartsWith('"')).Except(except)];

    static Case Text(string where, params string[] yes) => new(where, yes, Strings(yes));

    protected override string Registry => $$"""
        lists: { teams: [red, "blu*"] }
        issuers: { login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "people:{sub}" } }
        resources:
        {{Lines(i => $"  rule-{i}: {{ identifiers: https://rule-{i}.example.com }}\n  deny-{i}: {{ identifiers: https://deny-{i}.example.com }}")}}
          sub-as-sent: { identifiers: https://sub.example.com }
        clients: { {{Client("web")}} }
        deny:
        {{Lines(i => $"  - {{ name: deny-{i}, targets: deny-{i}, subject: {{ where: {{ c: {Cases[i].Where} }} }}, reason: a test }}")}}
          - { name: bob-as-sent, targets: sub-as-sent, subject: { issuer: login, where: { sub: bob } }, reason: a test }
        rules:
        {{Lines(i => $"  - {{ name: rule-{i}, clients: web, subject: {{ issuer: login, where: {{ c: {Cases[i].Where} }} }}, actor: none, targets: {{ rule-{i}: [] }} }}")}}
          - { name: all-denied, clients: web, subject: { issuer: login }, actor: none, targets: { {{string.Join(", ", Enumerable.Range(0, Cases.Length).Select(i => $"deny-{i}: []"))}} } }
          - { name: sub-as-sent, clients: web, subject: { issuer: login, where: { sub: [alice, bob] } }, actor: none, targets: { sub-as-sent: [] } }
        """;

    static string Lines(Func<int, string> line) => string.Join('\n', Enumerable.Range(0, Cases.Length).Select(line));
}

/// <summary>Each operator with each JSON type: a rule takes what surely meets it, a deny entry lets pass what surely does not.</summary>
public sealed class ConditionTests(ConditionsWorld world) : IClassFixture<ConditionsWorld>
{
    string Token(string value) => world.IdToken(claims =>
    {
        if (value.Length > 0) claims["c"] = JsonNode.Parse(value);
    });

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, ConditionsWorld.Cases.Length)];

    [Theory, MemberData(nameof(Numbers))]
    public async Task A_rule_takes_what_meets_its_condition_and_a_deny_entry_spares_what_surely_does_not(int number)
    {
        var condition = ConditionsWorld.Cases[number];
        foreach (var value in ConditionsWorld.Values)
        {
            var token = Token(value);
            foreach (var server in new[] { world.Common, world.Rfc8693 })
            {
                var where = $"{condition.Where} and {(value.Length == 0 ? "nothing" : value)}";
                var byRule = await server.SendIdTokenAsync("web", token, ("audience", $"rule-{number}"));
                byRule.Reason.ShouldBe(condition.Yes.Contains(value) ? null : "no_rule", where);
                var byDeny = await server.SendIdTokenAsync("web", token, ("audience", $"deny-{number}"));
                byDeny.Reason.ShouldBe(condition.No.Contains(value) ? null : "denied", where);
            }
        }
    }

    [Fact]
    public async Task On_an_external_token_sub_is_what_was_sent_not_what_it_is_called_here()
    {
        var target = ("audience", "sub-as-sent");
        (await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(), target))).Claims.Text("sub").ShouldBe("people:alice");
        await world.RefusesAsync(Reason.Denied, server => server.SendIdTokenAsync("web", world.IdToken(subject: "bob"), target));
        await world.RefusesAsync(Reason.NoRule, server => server.SendIdTokenAsync("web", world.IdToken(subject: "people:alice"), target));
    }
}
