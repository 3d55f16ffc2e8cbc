using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist.Attack.Tests.Wording;

/// <summary>A deny entry is not dodged by saying the same thing in another way, nor by saying nothing.</summary>
public sealed class DenyTests
{
    static Task<Arena> StartAsync() => Arena.StartAsync(arena => $$"""
        issuers: { login: { issuer: {{arena.Login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
        resources:
          by-plan: { identifiers: https://plan.example.com }
          by-org:  { identifiers: https://org.example.com }
          by-list: { identifiers: https://list.example.com }
        clients: { {{Registries.Client("web")}} }
        deny:
          - { name: trial, targets: by-plan, subject: { where: { plan: trial } }, reason: no trials }
          - { name: suspended, targets: by-org, subject: { where: { org.suspended: true } }, reason: suspended }
          - { name: banned, targets: by-list, subject: { where: { groups: { contains: banned } } }, reason: banned }
        rules:
          - { name: all, clients: web, subject: { issuer: login }, actor: none, targets: { by-plan: [], by-org: [], by-list: [] } }
        """);

    [Fact]
    public async Task Only_a_claim_that_surely_says_otherwise_gets_by()
    {
        await using var arena = await StartAsync();
        async Task JudgeAsync(string target, string json, bool passes)
        {
            var answer = await arena.ExchangeAsync("web", arena.IdToken(change: claims =>
            {
                foreach (var (name, value) in JsonNode.Parse(json)!.AsObject()) claims[name] = value?.DeepClone();
            }), "id_token", ("audience", target));
            if (passes) answer.ShouldBeGranted();
            else answer.ShouldBeRefused(Reason.Denied);
        }

        await JudgeAsync("by-plan", """{"plan":"paid"}""", passes: true);
        foreach (var plan in new[] { """{}""", """{"plan":"trial"}""", """{"plan":null}""", """{"plan":["paid"]}""", """{"plan":["trial"]}""", """{"plan":{"name":"paid"}}""", """{"plan":1}""", """{"plan":false}""", """{"Plan":"paid"}""", """{"plan ":"paid"}""" })
            await JudgeAsync("by-plan", plan, passes: false);

        await JudgeAsync("by-org", """{"org":{"suspended":false}}""", passes: true);
        foreach (var org in new[] { """{}""", """{"org":{"suspended":true}}""", """{"org":{"suspended":"true"}}""", """{"org":"x"}""", """{"org":[{"suspended":false}]}""", """{"org":{}}""", """{"org":{"Suspended":false}}""", """{"org.suspended":false}""", """{"org":{"x":{"suspended":false}}}""", """{"suspended":false}""", """{"org":{"suspended":null}}""", """{"org":{"suspended":[false]}}""" })
            await JudgeAsync("by-org", org, passes: false);

        await JudgeAsync("by-list", """{"groups":["staff"]}""", passes: true);
        foreach (var groups in new[] { """{}""", """{"groups":["staff","banned"]}""", """{"groups":"staff"}""", """{"groups":{"0":"staff"}}""", """{"groups":null}""" })
            await JudgeAsync("by-list", groups, passes: false);
    }
}
