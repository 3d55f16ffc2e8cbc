using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests;

/// <summary>
/// The world of most tests: people sign in at <c>login</c>; <c>web</c> exchanges their ID tokens for tokens for orders,
/// <c>orders</c> calls billing on their behalf, and <c>billing</c> calls reports. Nobody changes anything in it.
/// </summary>
public sealed class MainWorld : World
{
    public const string Orders = "https://orders.example.com";
    public const string OrdersToo = "urn:example:orders";
    public const string Billing = "https://billing.example.com";

    protected override IReadOnlyList<Testing.TestKey> LoginKeys => [Keys.Rs256, Keys.Es256, Keys.Es384];

    protected override string Registry => $$"""
        issuers:
          login:
            issuer: {{Login.Issuer}}
            tokens:
              id_token: { audiences: [web, web-guid, server, {{Orders}}] }
              access_token: { audiences: [{{Orders}}, web], scopes: [orders/read, orders/write] }
              jwt: { audiences: workloads-of-web }
            subject: "{sub}"
        resources:
          orders:  { identifiers: [{{Orders}}, {{OrdersToo}}], scopes: [read, write], claims: [email, tenant, groups] }
          billing: { identifiers: {{Billing}}, scopes: [read, pay], claims: tenant, token: { lifetime: 5m } }
          reports: { identifiers: https://reports.example.com }
        clients:
          {{Client("web", "known_as: [web-guid, workloads-of-web]")}}
          {{Client("stranger")}}
          {{Client("orders", "serves: orders, client_credentials: { billing: read }")}}
          {{Client("billing", "serves: billing")}}
          {{Client("reports", "serves: reports")}}
          {{Client("idle")}}
          {{Client("switched-off", "disabled: true")}}
          {{Client("poster", "auth: client_secret_post")}}
          two-secrets: { secrets: [ { value: the-old-secret-of-two }, { value: the-new-secret-of-two } ] }
          odd-secret: { secrets: { value: "p:s+% é&=\"" } }
        rules:
          - name: sign-in
            clients: [web, stranger, orders, poster, two-secrets, odd-secret, switched-off]
            subject: { issuer: login }
            actor: none
            default_target: true
            targets: { orders: [read, write] }
          - name: orders-on-behalf-of-users
            clients: [orders, stranger]
            targets: { billing: { read: [orders/read, orders/write], pay: orders/write } }
          - name: billing-on-behalf-of-users
            clients: billing
            requested_token_types: [access_token, jwt]
            targets: { reports: [] }
        """;

    /// <summary>A token for orders, of alice, issued to web by this server.</summary>
    public async Task<string> OrdersTokenAsync(Testing.TestServer server, params (string Name, string Value)[] more) =>
        (await server.SendIdTokenAsync("web", IdToken(), more)).AccessToken;

    /// <summary>A token for billing, of alice, issued to orders by this server.</summary>
    public async Task<string> BillingTokenAsync(Testing.TestServer server) =>
        (await server.SendAccessTokenAsync("orders", await OrdersTokenAsync(server), ("audience", "billing"))).AccessToken;
}
