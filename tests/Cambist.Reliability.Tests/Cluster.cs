using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Reliability.Tests;

/// <summary>
/// Real nodes on one store, under one issuer identifier, and the identity provider that they trust: <c>web</c> exchanges people's ID tokens
/// for <c>orders</c>, <c>orders</c> goes on to <c>billing</c>, <c>support</c> acts as customers, and <c>keyed</c> signs its requests.
/// </summary>
sealed class Cluster : IAsyncDisposable
{
    public const string Issuer = "http://localhost:7999";
    public const string AdminToken = "an-admin-token-of-all-nodes-1234567";
    public const string Jwt = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    readonly DirectoryInfo _folder;

    Cluster(string connection, DirectoryInfo folder, TestIssuer login) => (Connection, _folder, Login) = (connection, folder, login);

    public string Connection { get; }

    public TestIssuer Login { get; }

    public TestKey ClientKey { get; } = TestKey.Create("ES256", "of-keyed");

    public ServerProcess[] Nodes { get; private set; } = [];

    /// <summary>The key file that all nodes share.</summary>
    public string KeyFile => Path.Combine(_folder.FullName, "cambist.key");

    /// <summary>Starts them together. <paramref name="environment"/> has more settings of a node, by its number.</summary>
    public static async Task<Cluster> StartAsync(string connection, int nodes = 2, Func<int, Dictionary<string, string>>? environment = null, string[]? under = null)
    {
        var cluster = new Cluster(connection, Directory.CreateTempSubdirectory("cambist-cluster-"), await TestIssuer.StartAsync([TestKey.Create("ES256", "es256-1")]));
        try
        {
            await File.WriteAllTextAsync(cluster.KeyFile, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) + "\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(cluster.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            cluster.Nodes = await Task.WhenAll(Enumerable.Range(0, nodes).Select(node => cluster.StartNodeAsync(environment?.Invoke(node) ?? [], under)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A fresh ID token for <c>web</c>.</summary>
    public string IdToken(Action<JsonObject>? change = null) => Login.IdToken("alice", "web", change);

    /// <summary>A form posted to a node by a client with its secret.</summary>
    public Task<Answer> SendAsync(int node, string path, string client, IEnumerable<(string Name, string Value)> form) => SendAsync(Nodes[node].Http, Nodes[node], path, client, form);

    public static async Task<Answer> SendAsync(HttpClient http, ServerProcess node, string path, string? client, IEnumerable<(string Name, string Value)> form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, node.Issuer + path)
        {
            Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))),
        };
        if (client is not null) request.Headers.Authorization = new("Basic", TestServer.BasicCredentials(client, SecretOf(client)));
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, response.Headers, response.Content.Headers, body.StartsWith('{') ? JsonNode.Parse(body)!.AsObject() : [], body);
    }

    /// <summary>What <c>web</c> does after a sign-in.</summary>
    public Task<Answer> SignInAsync(int node, string? idToken = null, string audience = "orders") =>
        SendAsync(node, "/token", "web", TestServer.ExchangeForm(idToken ?? IdToken(), "id_token", ("audience", audience)));

    /// <summary>What <c>orders</c> does with a token that it was called with.</summary>
    public Task<Answer> GoOnAsync(int node, string accessToken) =>
        SendAsync(node, "/token", "orders", TestServer.ExchangeForm(accessToken, "access_token", ("audience", "billing")));

    public Task<Answer> IntrospectAsync(int node, string token, string client = "orders") => SendAsync(node, "/introspect", client, [("token", token)]);

    public async Task<Answer> AdminAsync(int node, HttpMethod method, string path, JsonObject? body = null)
    {
        using var request = new HttpRequestMessage(method, $"{Nodes[node].Management}/admin/v1/{path}");
        request.Headers.Authorization = new("Bearer", AdminToken);
        if (body is not null) request.Content = new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json");
        using var response = await Nodes[node].Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new(response.StatusCode, response.Headers, response.Content.Headers, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : [], text);
    }

    public Task<string> GetAsync(int node, string path) => Nodes[node].Http.GetStringAsync(Nodes[node].Issuer + path);

    /// <summary>Runs <c>cambist keys …</c> beside the nodes.</summary>
    public Task<CommandResult> KeysAsync(string arguments) => BuiltServer.RunAsync(
        _folder.FullName, ["keys", .. arguments.Split(' '), "--storage", Connection], environment: new Dictionary<string, string> { ["CAMBIST__KEYFILE"] = KeyFile });

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes) await node.DisposeAsync();
        await Login.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    static string SecretOf(string client) => $"the-secret-of-{client}-0123456789";

    async Task<ServerProcess> StartNodeAsync(Dictionary<string, string> more, string[]? under)
    {
        string[] clients = ["web", "orders", "billing", "support"];
        var environment = new Dictionary<string, string>
        {
            ["CAMBIST__STORAGE"] = Connection,
            ["CAMBIST__KEYFILE"] = KeyFile,
            ["CAMBIST__ADMINTOKEN"] = AdminToken,
        };
        foreach (var (name, value) in more) environment[name] = value;
        var node = await ServerProcess.StartAsync(_ => Registry(), clients.ToDictionary(client => client + "-secret", SecretOf), environment, under, cancellation: TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(node.Folder, "about"), "a node's folder holds no store\n");
        foreach (var client in clients) node.Wire.Add("client secret", SecretOf(client));
        return node;
    }

    public string Registry() => $$"""
        issuer: {{Issuer}}
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
        resources:
          orders:  { identifiers: https://orders.example.com,  scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: read }
          reports: { identifiers: https://reports.example.com }
          mail:    { identifiers: https://mail.example.com }
        clients:
          web:     { secrets: { file: web-secret } }
          orders:  { secrets: { file: orders-secret }, serves: orders }
          billing: { secrets: { file: billing-secret }, serves: billing }
          support: { secrets: { file: support-secret } }
          keyed:   { jwks: {{TestKey.PublicSet(ClientKey).ToJsonString()}}, client_credentials: { orders: read } }
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }
          - { name: once, clients: web, subject: { issuer: login }, actor: none, once: true, targets: { reports: [] } }
          - { name: stay, clients: web, subject: { issuer: login }, actor: none, may_outlive_subject: true, refresh: { lifetime: 8h }, targets: { mail: [] } }
          - { name: on-behalf, clients: orders, targets: { billing: { read: orders/read } } }
          - { name: as-customers, clients: support, subject: { issuer: impersonation, where: { sub: "customer-*" } }, targets: { orders: read } }
        """;
}
