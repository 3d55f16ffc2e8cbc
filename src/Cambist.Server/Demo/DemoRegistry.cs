using System.Security.Cryptography;
using System.Text;

namespace Cambist.Server;

/// <summary>The registry of the demo: one identity provider, two APIs, four clients, three rules.</summary>
static class DemoRegistry
{
    public const string Secret = "demo-secret-of-";

    public static string Text(string identityProvider) => $$"""
        issuers:                                   # whose tokens are accepted
          login:
            issuer: {{identityProvider}}
            tokens: { id_token: { audiences: web } }
            subject: "{sub}"

        resources:                                 # the APIs tokens are issued for
          orders:  { identifiers: https://orders.example.com,  scopes: [read, write], claims: [email, tenant] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay],   claims: tenant, token: { lifetime: 5m } }

        clients:                                   # who may call
          web:     { secrets: { sha256: "{{Hash("web")}}" } }
          orders:  { secrets: { sha256: "{{Hash("orders")}}" }, serves: orders }
          support: { secrets: { sha256: "{{Hash("support")}}" } }
          reports: { secrets: { sha256: "{{Hash("reports")}}" } }

        deny:                                      # looked at before the rules
          - { name: no-admins, subject: { kind: impersonated, where: { sub: "admin-*" } }, reason: administrators are never impersonated }

        rules:                                     # who may exchange what for what
          - name: sign-in
            clients: web
            subject: { issuer: login }
            actor: none                            # the user's own sign-in: nobody acts for anybody
            targets: { orders: [read, write] }
          - name: on-behalf-of-users
            clients: [orders, reports]             # the caller becomes the actor
            targets: { billing: { read: [orders/read], pay: [orders/write] } }
          - name: support-as-customers
            clients: support                       # with a token that an administrator minted, for a ticket
            subject: { issuer: impersonation, where: { context.ticket: "T-*" } }
            targets: { orders: read }
            claims: { ticket: "{context.ticket}" }
        """;

    static string Hash(string client) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret + client)));
}
