using Cambist.Protocol;
using static Cambist.Testing.Requests;

namespace Cambist.Testing;

/// <summary>A world whose clients are guessed at: one of each way to authenticate, and a clock that stands still.</summary>
public sealed class GuessWorld : World
{
    public override FakeClock Clock { get; } = new();

    protected override string Registry => $$"""
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: [web, server] } }, subject: "{sub}" }
        resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write] } }
        clients:
          {{Client("web")}}
          {{Client("orders")}}
          {{Client("poster", "auth: client_secret_post")}}
          {{Client("switched-off", "disabled: true")}}
          keyed: { jwks: {{TestKey.PublicSet(Keys.Es256).ToJsonString()}} }
          certified: { auth: tls_client_auth, tls_subject: "CN=certified" }
          ci: { auth: none }
        rules: [ { name: r, clients: "*", subject: { issuer: login, where: { sub: "alice" } }, actor: none, default_target: true, targets: { orders: [read, write] } } ]
        """;

    /// <summary>The registry of a server of its own.</summary>
    public string RegistryOf(string issuer) => $"issuer: {issuer}\n{Registry}";

    /// <summary>An exchange by Basic from an address of the loopback network.</summary>
    public Task<Answer> BasicAsync(TestServer server, string address, string client, string secret, params (string Name, string Value)[] more) =>
        server.PostAsync(TestServer.ExchangeForm(Login.IdToken("alice", server.Issuer), "id_token", more), request =>
        {
            TestServer.From(request, address);
            request.Headers.Authorization = new("Basic", TestServer.BasicCredentials(client, secret));
        });

    /// <summary>An exchange with everything in the form.</summary>
    public Task<Answer> PostAsync(TestServer server, string address, params (string Name, string Value)[] more) =>
        server.PostAsync(TestServer.ExchangeForm(Login.IdToken("alice", server.Issuer), "id_token", more), request => TestServer.From(request, address));

    /// <summary>What the server answers <paramref name="times"/> times.</summary>
    public static async Task<List<Answer>> RepeatAsync(int times, Func<Task<Answer>> request)
    {
        var answers = new List<Answer>();
        for (var i = 0; i < times; i++) answers.Add(await request());
        return answers;
    }

    public static int Count(IEnumerable<Answer> answers, Reason reason) => answers.Count(answer => answer.Reason == reason.WireName());
}
