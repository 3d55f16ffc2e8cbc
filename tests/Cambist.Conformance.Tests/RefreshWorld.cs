using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

[assembly: AssemblyFixture(typeof(Cambist.Conformance.Tests.RefreshWorld))]

namespace Cambist.Conformance.Tests;

/// <summary>
/// People sign in at <c>web</c> and stay signed in by refresh tokens; <c>orders</c> calls billing, whose tokens are opaque, on their
/// behalf and may go on doing so. Nobody changes anything in it but tokens of its own.
/// </summary>
public sealed class RefreshWorld : World
{
    public const string Orders = "https://orders.example.com";

    protected override IReadOnlyList<TestKey> LoginKeys => [Keys.Es256];

    protected override string Registry => RegistryOf(Login);

    public static string RegistryOf(TestIssuer login) => $$"""
        issuers:
          login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: [web, other, narrow] } }, subject: "login:{sub}", assurance: pass }
        resources:
          orders:  { identifiers: [{{Orders}}, https://orders.example.net], scopes: [read, write], claims: [email, tenant] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay], claims: email, token: { format: opaque, lifetime: 5m } }
          reports: { identifiers: https://reports.example.com }
          audit:   { identifiers: https://audit.example.com, scopes: look }
        clients:
          {{Client("web")}}
          {{Client("other")}}
          {{Client("narrow", "grants: token_exchange")}}
          {{Client("orders", "serves: orders")}}
          {{Client("billing", "serves: billing")}}
        rules:
          - name: sign-in
            clients: [web, other, narrow]
            subject: { issuer: login }
            actor: none
            may_outlive_subject: true
            refresh: { lifetime: 8h }
            targets: { orders: [read, write] }
          - { name: within, clients: web, subject: { issuer: login }, actor: none, refresh: { lifetime: 8h }, targets: { reports: [] } }
          - { name: plain, clients: [other], subject: { issuer: login }, actor: none, targets: { reports: [] } }
          - { name: on-behalf, clients: [orders, other], refresh: { lifetime: 1h }, targets: { billing: { read: [orders/read], pay: orders/write } } }
          - { name: by-refresh-token, clients: web, subject: { token_types: refresh_token, where: { sub: "login:**" } }, targets: { audit: { look: [orders/read] } } }
        """;

    public IEnumerable<TestServer> Both => [Common, Rfc8693];

    /// <summary>Alice signs in at a client: an access token for orders and a refresh token.</summary>
    public Task<Answer> SignInAsync(TestServer server, string client = "web", params (string Name, string Value)[] more) =>
        server.SendIdTokenAsync(client, IdToken(WithMore, audience: client), more.Length > 0 ? more : [("audience", "orders")]);

    /// <summary>Orders gets a token for billing on alice's behalf, and a refresh token.</summary>
    public async Task<Answer> OnBehalfAsync(TestServer server) =>
        await server.SendAccessTokenAsync("orders", (await SignInAsync(server)).AccessToken, ("audience", "billing"));

    public static void WithMore(JsonObject claims) =>
        (claims["email"], claims["auth_time"], claims["acr"], claims["amr"]) = ("alice@example.com", claims.Number("iat") - 60, "strong", new JsonArray("pwd", "otp"));

    public static async Task<bool> IsActiveAsync(TestServer server, string client, string token) =>
        (await server.IntrospectAsync(client, token)).Json["active"]!.GetValue<bool>();
}
