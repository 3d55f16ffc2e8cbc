using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>
/// A real server process with an identity provider that it trusts: <c>web</c> exchanges people's ID tokens for access tokens
/// for <c>orders</c>, and <c>orders</c> exchanges those for narrower ones for <c>billing</c>.
/// </summary>
sealed class Deployment : IAsyncDisposable
{
    public const string WebSecret = "the-secret-of-web";
    public const string OrdersSecret = "the-secret-of-orders";

    Deployment(TestIssuer login, ServerProcess server) => (Login, Server) = (login, server);

    public TestIssuer Login { get; }

    public ServerProcess Server { get; }

    /// <summary>The store's file.</summary>
    public string Database => Path.Combine(Server.Folder, "cambist.db");

    public static async Task<Deployment> StartAsync(
        IReadOnlyDictionary<string, string>? environment = null, string[]? under = null, System.Net.IPAddress? alsoOn = null, string alsoScheme = "http")
    {
        var login = await TestIssuer.StartAsync();
        try
        {
            return new(login, await ServerProcess.StartAsync(
                issuer => Registry(issuer, login.Issuer),
                new Dictionary<string, string> { ["web-secret"] = WebSecret, ["orders-secret"] = OrdersSecret },
                environment, under, alsoOn, alsoScheme, TestContext.Current.CancellationToken));
        }
        catch
        {
            await login.DisposeAsync();
            throw;
        }
    }

    /// <summary>What <c>web</c> does after a sign-in of alice.</summary>
    public Task<Answer> ExchangeAsync(string? idToken = null) =>
        Server.PostTokenAsync("web", WebSecret, ExchangeForm(idToken ?? IdToken()), TestContext.Current.CancellationToken);

    /// <summary>What <c>orders</c> does with a token it was called with.</summary>
    public Task<Answer> ExchangeOnAsync(string accessToken) =>
        Server.PostTokenAsync("orders", OrdersSecret, Pairs(TestServer.ExchangeForm(accessToken, "access_token", ("audience", "billing"))), TestContext.Current.CancellationToken);

    public string IdToken() => Login.IdToken("alice", "web");

    public static IEnumerable<KeyValuePair<string, string>> ExchangeForm(string idToken) =>
        Pairs(TestServer.ExchangeForm(idToken, "id_token", ("audience", "orders")));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Login.DisposeAsync();
    }

    static IEnumerable<KeyValuePair<string, string>> Pairs(IEnumerable<(string Name, string Value)> form) =>
        form.Select(field => KeyValuePair.Create(field.Name, field.Value));

    static string Registry(string issuer, string login) => $$"""
        issuer: {{issuer}}
        issuers:
          login: { issuer: {{login}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
        resources:
          orders:  { identifiers: https://orders.example.com,  scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: read }
        clients:
          web:    { secrets: { file: web-secret } }
          orders: { secrets: { file: orders-secret }, serves: orders }
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }
          - { name: on-behalf-of-users, clients: orders, targets: { billing: { read: orders/read } } }
        """;
}
