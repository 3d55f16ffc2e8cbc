using static Cambist.Testing.Requests;

namespace Cambist.Testing;

/// <summary>
/// A world of clients that sign: <c>keyed</c> with keys in the registry, <c>remote</c> with keys at its own address, and others
/// that do not sign at all. The clock stands still.
/// </summary>
public sealed class AssertionWorld : World
{
    public override FakeClock Clock { get; } = new();

    /// <summary>Where <c>remote</c> publishes its keys; everything else it serves is nobody's business.</summary>
    public TestIssuer Remote { get; private set; } = null!;

    protected override string Registry => RegistryOf(Login, $$"""
          keyed:  { jwks: {{TestKey.PublicSet(Keys.Es256, Keys.Rs256, Keys.Es384).ToJsonString()}}, client_credentials: { orders: read } }
          remote: { jwks_uri: {{Remote.Issuer}}/jwks }
          other:  { jwks: {{TestKey.PublicSet(Keys.Es256).ToJsonString()}} }
          no-kid: { jwks: {{TestKey.PublicSet(Keys.Es256.WithoutKeyId()).ToJsonString()}} }
          any-rsa: { jwks: {{WithoutAlgorithm(Keys.Rs256)}} }
          switched-off: { jwks: {{TestKey.PublicSet(Keys.Es256).ToJsonString()}}, disabled: true }
          {{Client("web")}}
          ci: { auth: none }
        """);

    /// <summary>A registry around clients, all of whom may sign alice in.</summary>
    public static string RegistryOf(TestIssuer login, string clients) => $$"""
        issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: server } }, subject: "{sub}", where: { sub: [alice, bob] } } }
        resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write] } }
        clients:
        {{clients}}
        rules: [ { name: sign-in, clients: "*", subject: { issuer: login }, actor: none, default_target: true, targets: { orders: [read, write] } } ]
        """;

    static string WithoutAlgorithm(TestKey key)
    {
        var set = TestKey.PublicSet(key);
        set["keys"]![0]!.AsObject().Remove("alg");
        return set.ToJsonString();
    }

    public override async ValueTask InitializeAsync()
    {
        Remote = await TestIssuer.StartAsync([Keys.Es256]);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await Remote.DisposeAsync();
    }

    /// <summary>An exchange with an assertion that keyed signs, changed.</summary>
    public Func<TestServer, Task<Answer>> With(Action<System.Text.Json.Nodes.JsonObject>? change = null, TestKey? key = null, string? type = null, string client = "keyed") =>
        server => this.ExchangeByAsync(server, Assertions.Sign(server, client, key, change, type));
}
