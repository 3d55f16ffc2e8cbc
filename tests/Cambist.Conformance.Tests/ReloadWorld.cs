using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests;

/// <summary>A provider and one server on a clock that is moved by hand, for tests that edit its registry while it runs.</summary>
sealed class ReloadWorld : IAsyncDisposable
{
    public const string SecretFile = "web-secret";

    ReloadWorld(TestIssuer login, TestServer server) => (Login, Server) = (login, server);

    public TestIssuer Login { get; }

    public TestServer Server { get; }

    public static async Task<ReloadWorld> StartAsync(Func<TestIssuer, string>? registry = null)
    {
        var clock = new FakeClock();
        var login = await TestIssuer.StartAsync([Keys.Es256], clock: clock);
        try
        {
            var text = (registry ?? Registry)(login);
            var files = new Dictionary<string, string>();
            if (text.Contains(SecretFile, StringComparison.Ordinal)) files[SecretFile] = SecretOf("web") + "\n"; // one that no registry names is none that the hunt lets lie
            return new(login, await TestServer.StartAsync(issuer => $"issuer: {issuer}\n{text}\n", clock, files));
        }
        catch
        {
            await login.DisposeAsync();
            throw;
        }
    }

    /// <summary>People sign in at <c>login</c>; <c>web</c> exchanges their ID tokens for tokens for orders.</summary>
    public static string Registry(TestIssuer login) => $$"""
        error_codes: common
        lists: { staff: [alice, bob] }
        issuers:
          login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
        clients:
          web: { secrets: { file: {{SecretFile}} } }
          {{Client("reports", "client_credentials: { orders: read }")}}
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login, where: { sub: { in: staff } } }, actor: none, default_target: true, targets: { orders: [read, write] } }
        """;

    /// <summary>An exchange of somebody's fresh ID token.</summary>
    public Task<Answer> ExchangeAsync(string subject = "alice", string? secret = null, params (string Name, string Value)[] more) =>
        Server.ExchangeAsync("web", secret ?? SecretOf("web"), Login.IdToken(subject, "web"), "id_token", more);

    /// <summary>What readiness says.</summary>
    public Task<Answer> ReadyAsync() => Server.GetAsync("/health/ready");

    /// <summary>How often something was told of.</summary>
    public int Told(string name) => Server.Log.Lines.Count(line => line.Contains($" {name}: ", StringComparison.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Login.DisposeAsync();
        foreach (var line in Server.Log.Lines)
        {
            line.ShouldNotMatch(World.AnyJwt);
            line.ShouldNotContain("secret-of-");
            line.ShouldNotContain("A fault of the server");
        }
    }
}
