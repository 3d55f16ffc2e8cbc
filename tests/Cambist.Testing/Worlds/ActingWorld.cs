using System.Text.Json.Nodes;
using static Cambist.Testing.Requests;

namespace Cambist.Testing;

/// <summary>
/// <c>runner</c> is the server of desk and lets agents act for people there: agents of its own, of the issuer <c>agents</c>, and of
/// <c>partner</c>, which may send chains of its own. Whether an actor token is sent decides between two rules for tools.
/// </summary>
public sealed class ActingWorld : World
{
    public const string Desk = "https://desk.example.com";

    public TestIssuer Agents { get; private set; } = null!;

    public TestIssuer Partner { get; private set; } = null!;

    protected override string Registry => $$"""
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: [web, runner, other] } }, subject: "{sub}" }
          agents:
            issuer: {{Agents.Issuer}}
            roles: actor
            kind: client
            tokens: { id_token: { audiences: [runner-there, other, server] }, access_token: { audiences: [resources, other] } }
            subject: "agent:{sub}"
          partner: { issuer: {{Partner.Issuer}}, roles: [subject, actor], act: accept, tokens: { id_token: { audiences: runner } }, subject: "partner:{sub}" }
        resources:
          desk: { identifiers: {{Desk}} }
          tools: { identifiers: https://tools.example.com }
          files: { identifiers: https://files.example.com }
          vault: { identifiers: https://vault.example.com }
          quiet: { identifiers: https://quiet.example.com }
          letters: { identifiers: https://letters.example.com }
        clients:
          {{Client("web")}}
          {{Client("runner", "known_as: [runner-there], serves: desk, client_credentials: { tools: [] }")}}
          {{Client("other", "client_credentials: { tools: [] }")}}
          {{Client("tools", "serves: tools")}}
        deny:
          - { name: no-rogues, actor: { issuer: agents, where: { sub: "rogue*" } }, reason: rogues never act }
          - { name: not-runner-on-vault, targets: vault, actor: { issuer: self, where: { sub: runner } }, reason: vault is for agents }
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { desk: [] } }
          - { name: acts, clients: [runner, other, tools], subject: { issuer: [self, login, partner] }, actor: { issuer: [self, agents, partner] }, targets: { tools: [], desk: [] } }
          - { name: calls, clients: [runner, other, tools], subject: { issuer: [self, login, partner] }, targets: { tools: [], desk: [] } }
          - { name: blue, clients: runner, actor: { issuer: agents, where: { team: blue } }, targets: { files: [] } }
          - { name: never-reached, clients: runner, actor: { issuer: [self, agents, partner] }, targets: { files: [] } }
          - { name: shallow, clients: [runner, tools], subject: { issuer: [self, partner] }, actor: { issuer: [self, agents] }, max_depth: 1, targets: { vault: [] } }
          - { name: letters, clients: [runner, tools], actor: none, subject: { where: { act.sub: runner, act.iss: { exists: false } } }, targets: { letters: [] } }
          - { name: quiet, clients: [runner, tools], subject: { issuer: [self, partner] }, actor: none, targets: { quiet: [] } }
        """;

    public override async ValueTask InitializeAsync()
    {
        (Agents, Partner) = (await TestIssuer.StartAsync([Keys.Es256]), await TestIssuer.StartAsync([Keys.Es384]));
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Agents.DisposeAsync();
        await Partner.DisposeAsync();
    }

    /// <summary>An agent's token for runner.</summary>
    public string Agent(string name = "bot", Action<JsonObject>? change = null) => Agents.IdToken(name, "runner-there", change);

    /// <summary>Runner's token for itself.</summary>
    public static async Task<string> RunnerAsync(TestServer server) => (await server.ForItselfAsync("runner")).AccessToken;

    /// <summary>Alice's token for desk, issued to web.</summary>
    public async Task<string> DeskAsync(TestServer server) => (await server.SendIdTokenAsync("web", IdToken(), ("audience", "desk"))).AccessToken;

    /// <summary>The same with claims that this server would not have written, signed with its own key.</summary>
    public async Task<string> ForgedAsync(TestServer server, Action<JsonObject> change)
    {
        var claims = TestJwt.Parse(await DeskAsync(server)).Claims;
        change(claims);
        return server.SignAsServer(claims);
    }

    /// <summary>An actor token, as parameters.</summary>
    public static (string Name, string Value)[] Actor(string token, string type = "id_token") => [("actor_token", token), ("actor_token_type", TestServer.TokenType(type))];

    /// <summary>Runner exchanges alice's desk token with an agent beside it.</summary>
    public async Task<Answer> ActAsync(TestServer server, string agent, string target = "tools", string client = "runner", string type = "id_token") =>
        await server.SendAccessTokenAsync(client, await DeskAsync(server), [("audience", target), .. Actor(agent, type)]);
}
