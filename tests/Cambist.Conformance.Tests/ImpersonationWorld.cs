using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests;

/// <summary>Support staff act as customers, with impersonation tokens that administrators mint; nobody acts as an administrator.</summary>
public sealed class ImpersonationWorld : World
{
    public const string CambistType = "urn:cambist:token-type:impersonation_token";
    public const string LogtoType = "urn:logto:token-type:impersonation_token";

    protected override string Registry => $$"""
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: [web, server] } }, subject: "{sub}" }
          partner: { issuer: https://partner.example.com, tokens: id_token, subject: "partner:{sub}" }
        resources:
          orders:  { identifiers: https://orders.example.com, scopes: [read, write], claims: { ticket: "{context.ticket}", tenant: "{tenant}" } }
          billing: { identifiers: https://billing.example.com, scopes: [read] }
          reports: { identifiers: https://reports.example.com }
          vault:   { identifiers: https://vault.example.com }
        clients:
          {{Client("web")}}
          {{Client("support")}}
          {{Client("other")}}
          {{Client("orders", "serves: orders")}}
          {{Client("ops", "client_credentials: { cambist-admin: [impersonation, tokens, audit] }")}}
          {{Client("reader", "client_credentials: { cambist-admin: audit }")}}
          {{Client("switched-off", "disabled: true")}}
          spa: { auth: none }
        deny:
          - { name: no-admins, subject: { kind: impersonated, where: { sub: "admin-*" } }, reason: administrators are never impersonated }
          - { name: no-vault, targets: vault, subject: { kind: impersonated }, reason: not the vault }
        rules:
          - name: support-as-customers
            clients: [support, other, ops, switched-off]
            subject: { issuer: impersonation, where: { sub: ["customer-*", "admin-*", "partner:*"] } }
            targets: { orders: [read, write], reports: [], vault: [] }
          - name: by-ticket
            clients: support
            subject: { issuer: impersonation, where: { context.ticket: "t-*", context.reason: "ticket *", context.minted_by: cambist-admin } }
            actor: none
            default_target: true
            targets: { billing: read }
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }
          - { name: public-sign-in, clients: spa, subject: { issuer: login, where: { sub: alice } }, actor: none, targets: { orders: read } }
          - { name: admin-sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { cambist-admin: [impersonation, audit] } }
          - { name: admin-on-behalf, clients: [orders], subject: { kind: [user, impersonated] }, targets: { cambist-admin: { audit: true } } }
          - { name: users-on, clients: orders, targets: { billing: { read: [orders/read] } } }
          - { name: impersonated-on, clients: orders, subject: { kind: impersonated }, targets: { reports: [] } }
        """;

    /// <summary>A fresh token of <c>customer-7</c>.</summary>
    public static async Task<string> MintedAsync(TestServer server, Action<JsonObject>? change = null, string subject = "customer-7")
    {
        var answer = await server.MintAsync(subject, change);
        answer.Status.ShouldBe(HttpStatusCode.Created, answer.Body);
        return (string)answer.Json["token"]!;
    }

    /// <summary>Redeems a token, for orders where nothing else is said.</summary>
    public static Task<Answer> RedeemAsync(TestServer server, string token, string client = "support", string type = CambistType, params (string Name, string Value)[] more) =>
        server.ExchangeAsync(client, SecretOf(client), token, type, more.Length > 0 ? more : [("audience", "orders")]);
}
