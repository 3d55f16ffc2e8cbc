using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests;

/// <summary>Seven services in a row, s1 to s7, each the server of r1 to r7; every one may call every other on behalf of users.</summary>
public sealed class DelegationWorld : World
{
    protected override string Registry => $$"""
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: [web, s1, server] } }, subject: "{sub}" }
        resources:
        {{Lines(7, i => $"  r{i}: {{ identifiers: https://r{i}.example.com }}")}}
          vault: { identifiers: https://vault.example.com }
          quiet: { identifiers: https://quiet.example.com }
          scoped: { identifiers: https://scoped.example.com, scopes: [read, write] }
          shallow: { identifiers: https://shallow.example.com }
        clients:
          {{Client("web", "known_as: web-there")}}
        {{Lines(7, i => "  " + Client($"s{i}", $"serves: r{i}"))}}
        rules:
          - { name: sign-in, clients: [web, s1], subject: { issuer: login }, actor: none, targets: { r1: [] }, default_target: true }
          - { name: hops, clients: ["s*"], targets: { {{string.Join(", ", Enumerable.Range(1, 7).Select(i => $"r{i}: []"))}} } }
          - { name: vault, clients: ["s*"], subject: { where: { act.sub: s1 } }, targets: { vault: [] } }
          - { name: quiet, clients: ["s*"], actor: none, targets: { quiet: [] } }
          - { name: scoped, clients: ["s*"], targets: { scoped: { read: true, write: true } } }
          - { name: shallow, clients: ["s*"], max_depth: 1, targets: { shallow: [] } }
          - { name: never-reached, clients: ["s*"], targets: { shallow: [] } }
        """;

    static string Lines(int count, Func<int, string> line) => string.Join('\n', Enumerable.Range(1, count).Select(line));

    /// <summary>Alice's token for r1, issued to web.</summary>
    public async Task<string> FirstAsync(TestServer server) => (await server.SendIdTokenAsync("web", IdToken())).AccessToken;

    /// <summary>After so many hops: s1 called r2, s2 called r3, and so on.</summary>
    public async Task<string> AfterAsync(TestServer server, int hops)
    {
        var token = await FirstAsync(server);
        for (var i = 1; i <= hops; i++)
            token = (await server.SendAccessTokenAsync($"s{i}", token, ("audience", $"r{i + 1}"))).AccessToken;
        return token;
    }

    /// <summary>A token for r1 with claims that this server would not have written, signed with its own key.</summary>
    public async Task<string> ForgedAsync(TestServer server, Action<JsonObject> change)
    {
        var claims = TestJwt.Parse(await FirstAsync(server)).Claims;
        change(claims);
        return server.SignAsServer(claims);
    }
}
