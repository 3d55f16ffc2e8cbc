using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests;

/// <summary>Two issuers of opaque tokens, told by their prefixes: <c>partner</c> (<c>pt_</c>) and <c>other</c> (<c>ot_</c>).</summary>
public sealed class IntrospectionWorld : World
{
    public TestIssuer Partner { get; private set; } = null!;

    public TestIssuer Other { get; private set; } = null!;

    protected override IReadOnlyDictionary<string, string> Files => new Dictionary<string, string> { ["our-secret-there"] = TestOpaqueTokens.ClientSecret + "\n" };

    protected override string Registry => $$"""
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
          partner:
            issuer: {{Partner.Issuer}}
            roles: [subject, actor]
            tokens: { access_token: { audiences: [web-there, somebody-else], scopes: [orders/read] } }
            where: { tenant: blue }
            subject: "partner:{sub}"
            introspection: { endpoint: {{Partner.Issuer}}/introspect, client_id: {{TestOpaqueTokens.ClientId}}, client_secret_file: our-secret-there, prefix: pt_ }
          other:
            issuer: {{Other.Issuer}}
            tokens: access_token
            subject: "other:{sub}"
            introspection: { endpoint: {{Other.Issuer}}/introspect, client_id: {{TestOpaqueTokens.ClientId}}, client_secret_file: our-secret-there, prefix: ot_ }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write], claims: email }
          notes: { identifiers: https://notes.example.com }
        clients:
          {{Client("web", "known_as: web-there")}}
        rules:
          - { name: in, clients: web, subject: { issuer: [partner, other] }, actor: none, default_target: true, targets: { orders: [read] } }
          - { name: stays, clients: web, subject: { issuer: partner }, actor: none, refresh: { lifetime: 4m }, targets: { notes: [] } }
          - { name: acts, clients: web, subject: { issuer: login }, actor: { issuer: partner }, default_target: true, targets: { orders: [read] } }
        """;

    public override async ValueTask InitializeAsync()
    {
        (Partner, Other) = (await TestIssuer.StartAsync([Keys.Es256]), await TestIssuer.StartAsync([Keys.Es384]));
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var server in new[] { Common, Rfc8693 }) server.Log.Lines.ShouldAllBe(line => !line.Contains("pt_", StringComparison.Ordinal) && !line.Contains("of+us", StringComparison.Ordinal));
        await Partner.DisposeAsync();
        await Other.DisposeAsync();
    }

    /// <summary>A token of carol at partner, for web.</summary>
    public string Token(Action<JsonObject>? change = null) => Partner.OpaqueTokens.Issue("pt_", "carol", "web-there", said =>
    {
        (said["tenant"], said["email"]) = ("blue", "carol@example.com");
        change?.Invoke(said);
    });
}
