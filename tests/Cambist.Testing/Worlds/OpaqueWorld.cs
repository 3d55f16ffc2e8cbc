using System.Text.Json.Nodes;
using static Cambist.Testing.Requests;

namespace Cambist.Testing;

/// <summary>
/// APIs that take opaque tokens: people sign in at <c>web</c> and get a token for orders, <c>orders</c> calls billing on their
/// behalf, <c>billing</c> calls reports, which takes JWTs, or vault, which does not. Nobody changes anything in it but tokens of its own.
/// </summary>
public sealed class OpaqueWorld : World
{
    public const string Orders = "https://orders.example.com";
    public const string Billing = "https://billing.example.com";

    protected override IReadOnlyList<TestKey> LoginKeys => [Keys.Es256];

    protected override string Registry => RegistryOf(Login);

    public static string RegistryOf(TestIssuer login) => $$"""
        issuers:
          login:
            issuer: {{login.Issuer}}
            tokens: { id_token: { audiences: [web, server] } }
            subject: "{sub}"
            assurance: pass
        resources:
          orders:  { identifiers: {{Orders}}, scopes: [read, write], claims: [email, verified, level, groups], token: { format: opaque } }
          billing: { identifiers: {{Billing}}, scopes: [read, pay], claims: email, token: { format: opaque, lifetime: 5m } }
          reports: { identifiers: https://reports.example.com }
          vault:   { identifiers: https://vault.example.com, token: { format: opaque } }
        clients:
          {{Client("web")}}
          {{Client("orders", "serves: orders, client_credentials: { billing: read }")}}
          {{Client("billing", "serves: billing")}}
          {{Client("reports", "serves: reports, auth: client_secret_post")}}
          {{Client("vault", "serves: vault")}}
          {{Client("stranger")}}
          {{Client("switched-off", "serves: orders, disabled: true")}}
          kiosk: { auth: none }
        rules:
          - { name: sign-in, clients: [web, stranger], subject: { issuer: login }, actor: none, targets: { orders: [read, write], reports: [] } }
          - { name: kiosk, clients: kiosk, subject: { issuer: login, where: { sub: alice } }, actor: none, targets: { orders: read } }
          - name: on-behalf
            clients: [orders, stranger]
            targets: { billing: { read: [orders/read, orders/write], pay: orders/write } }
          - { name: onward, clients: billing, requested_token_types: [jwt, access_token], targets: { reports: [], vault: [] } }
          - { name: batch, clients: billing, subject: { kind: client }, targets: { vault: [] } }
        """;

    /// <summary>Alice's token for orders, issued to web by this server.</summary>
    public Task<Answer> OrdersAsync(TestServer server, params (string Name, string Value)[] more) =>
        server.SendIdTokenAsync("web", IdToken(WithMore), [("audience", "orders"), .. more]);

    /// <summary>Claims of every JSON type, some that orders wants and one that nobody does; an hour to live.</summary>
    static void WithMore(JsonObject claims)
    {
        claims["exp"] = claims.Number("iat") + 3600;
        claims["email"] = "alice@example.com";
        claims["verified"] = true;
        claims["level"] = 3;
        claims["groups"] = new JsonArray("staff", "ops");
        claims["phone"] = "+1 555 0100";
        claims["auth_time"] = claims.Number("iat") - 60;
        claims["acr"] = "strong";
    }

    /// <summary>Alice's token for billing, issued to orders by this server.</summary>
    public async Task<Answer> BillingAsync(TestServer server) =>
        await server.SendAccessTokenAsync("orders", (await OrdersAsync(server)).AccessToken, ("audience", "billing"));

    /// <summary>Alice's token for reports, a JWT, issued to billing by this server.</summary>
    public async Task<Answer> ReportsAsync(TestServer server) =>
        await server.SendAccessTokenAsync("billing", (await BillingAsync(server)).AccessToken, ("audience", "reports"));
}
