using Cambist.Testing;

namespace Cambist.Attack.Tests;

/// <summary>Registries of the attacks.</summary>
static class Registries
{
    /// <summary>A client with its secret, as a registry writes it; <paramref name="more"/> are further members.</summary>
    public static string Client(string id, string more = "") => $"{id}: {{ secrets: {{ value: {Requests.SecretOf(id)} }}{(more.Length == 0 ? "" : ", " + more)} }}";

    /// <summary>The issuers of an <see cref="Arena"/>.</summary>
    public static string Issuers(Arena arena) => $$"""
        issuers:
          login:
            issuer: {{arena.Login.Issuer}}
            tokens: { id_token: { audiences: [web, server] }, access_token: { audiences: [{{Arena.Orders}}, web], scopes: [orders/read, orders/write] } }
            subject: "{sub}"
          partner:
            issuer: {{arena.Partner.Issuer}}
            roles: [subject, actor]
            tokens: { access_token: { audiences: [{{Arena.Orders}}, somebody], scopes: [orders/read, orders/write] } }
            act: accept
            subject: "partner:{sub}"
          opaque:
            issuer: {{arena.Opaque.Issuer}}
            tokens: { access_token: { audiences: [{{Arena.Orders}}, somebody], scopes: [orders/read, orders/write] } }
            subject: "opaque:{sub}"
            introspection: { endpoint: {{arena.Opaque.Issuer}}/introspect, client_id: {{TestOpaqueTokens.ClientId}}, client_secret_file: our-secret-there, prefix: pt_ }
          legacy:
            resolver: true
            tokens: { access_token: { audiences: [{{Arena.Orders}}, somebody], scopes: [orders/read, orders/write] } }
            subject: "legacy:{sub}"
        """;

    /// <summary>
    /// People sign in at <c>web</c>; <c>api</c> is the server of orders (JWTs) and vault (opaque tokens) and calls billing on their
    /// behalf; <c>thief</c> has every rule that they have, and no token of its own.
    /// </summary>
    public static string Whole(Arena arena) => $$"""
        {{Issuers(arena)}}
        resources:
          orders:  { identifiers: {{Arena.Orders}}, scopes: [read, write] }
          vault:   { identifiers: {{Arena.Vault}}, scopes: [read, write], token: { format: opaque } }
          billing: { identifiers: {{Arena.Billing}}, scopes: [read, pay] }
          reports: { identifiers: https://reports.example.com }
          plain:   { identifiers: https://plain.example.com, token: { format: opaque } }
        clients:
          {{Client("web")}}
          {{Client("thief")}}
          {{Client("idle")}}
          {{Client("api", "serves: [orders, vault], client_credentials: { billing: read, reports: [] }")}}
          {{Client("plain", "serves: [plain, reports]")}}
          {{Client("billing", "serves: billing")}}
        rules:
          - { name: sign-in, clients: [web, thief], subject: { issuer: login, token_types: id_token }, actor: none, targets: { orders: [read, write], vault: [read, write], reports: [], plain: [] } }
          - { name: down, clients: [api, thief], subject: { issuer: [self, login, partner, opaque, legacy] }, actor: none, targets: { orders: [read, write], vault: [read, write] } }
          - { name: acted-for, clients: [api, thief], subject: { issuer: [self, login] }, actor: { issuer: partner }, targets: { billing: { read: [orders/read, vault/read], pay: [orders/write, vault/write] } } }
          - { name: "on", clients: [api, thief, plain], subject: { issuer: [self, login, partner, opaque, legacy], kind: [user, client, impersonated] }, targets: { billing: { read: [orders/read, vault/read], pay: [orders/write, vault/write] } } }
          - { name: onward, clients: [billing, thief], subject: { kind: [user, client, impersonated] }, targets: { reports: [] } }
          - { name: support, clients: [web, thief], subject: { issuer: impersonation }, targets: { orders: [read, write] } }
        """;
}
