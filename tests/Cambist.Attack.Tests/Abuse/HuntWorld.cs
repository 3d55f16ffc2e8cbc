using System.Diagnostics;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>The server as a process of its own, with everything in its log that can be: what it writes and keeps is looked through.</summary>
public sealed class HuntWorld : IAsyncLifetime
{
    public const string WebSecret = "web-secret-f3a1c95d77";
    public const string OrdersSecret = "orders-secret-0b9e2d4c";

    public TestIssuer Login { get; private set; } = null!;

    public ServerProcess Server { get; private set; } = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Login = await TestIssuer.StartAsync([Keys.Es256]);
        Server = await ServerProcess.StartAsync(
            issuer => $$"""
                issuer: {{issuer}}
                issuers:
                  login:
                    issuer: {{Login.Issuer}}
                    tokens: { id_token: { audiences: [web, server] }, access_token: { audiences: https://orders.example.com, scopes: [orders/read] } }
                    subject: "{sub}"
                resources:
                  orders:  { identifiers: https://orders.example.com, scopes: [read, write], claims: [email, groups] }
                  billing: { identifiers: https://billing.example.com, scopes: [read, pay] }
                clients:
                  web: { secrets: { file: web-secret } }
                  orders: { auth: client_secret_post, secrets: { file: orders-secret }, serves: orders }
                rules:
                  - { name: admins, clients: web, subject: { issuer: login, where: { email: "*@*.example.com", groups: { contains: "ops-*-*-admin" } } }, actor: none, targets: { billing: pay } }
                  - { name: sign-in, clients: [web, orders], subject: { issuer: login }, actor: none, default_target: true, targets: { orders: [read, write] } }
                  - { name: on-behalf, clients: orders, targets: { billing: { read: orders/read } } }
                """,
            files: new Dictionary<string, string> { ["web-secret"] = WebSecret, ["orders-secret"] = OrdersSecret },
            environment: new Dictionary<string, string>
            {
                ["Logging__LogLevel__Default"] = "Trace",
                ["Logging__LogLevel__Cambist"] = "Trace",
                ["Logging__LogLevel__Microsoft"] = "Trace",
                ["Logging__LogLevel__Microsoft.AspNetCore"] = "Trace",
            },
            cancellation: Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Login.DisposeAsync();
    }

    public string IdToken(Action<JsonObject>? change = null, TestKey? key = null) => Login.IdToken("alice", "web", change, key);

    /// <summary>Posts a form, as web or with another Authorization header.</summary>
    public async Task<Answer> PostAsync((string Name, string Value)[] form, string? authorization = "web", Action<HttpRequestMessage>? change = null, string path = "/token")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Server.Issuer + path) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) };
        if (authorization == "web") request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", WebSecret));
        else if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        change?.Invoke(request);
        using var response = await Server.Http.SendAsync(request, Cancellation);
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        ((int)response.StatusCode).ShouldNotBe(500, body);
        return new(response.StatusCode, response.Headers, response.Content.Headers, body.StartsWith('{') ? JsonNode.Parse(body)!.AsObject() : [], body);
    }

    /// <summary>Exchanges a token as web.</summary>
    public Task<Answer> ExchangeAsync(string token, string type, params (string Name, string Value)[] more) => PostAsync([.. TestServer.ExchangeForm(token, type, more)]);

    /// <summary>Exchanges a token as orders.</summary>
    public Task<Answer> ExchangeAsOrdersAsync(string token, string secret = OrdersSecret) =>
        PostAsync([.. TestServer.ExchangeForm(token, "access_token", ("audience", "billing"), ("client_id", "orders"), ("client_secret", secret))], authorization: null);

    /// <summary>Waits until the decision is in the console's output: then all before it is, too.</summary>
    public async Task<string> OutputAfterAsync(Answer refusal)
    {
        var watch = Stopwatch.StartNew();
        while (!Server.Output.Contains(refusal.DecisionId!, StringComparison.Ordinal))
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
            await Task.Delay(20, Cancellation);
        }

        return Server.Output;
    }

    /// <summary>Bytes of memory that the process holds.</summary>
    public long ResidentBytes
    {
        get
        {
            using var process = Process.GetProcessById(Server.ProcessId);
            return process.WorkingSet64;
        }
    }
}
