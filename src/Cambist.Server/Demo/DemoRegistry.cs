using System.Security.Cryptography;
using System.Text;

namespace Cambist.Server;

/// <summary>The registry of the demo: one identity provider, two APIs, three clients, two rules.</summary>
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
          reports: { secrets: { sha256: "{{Hash("reports")}}" } }

        rules:                                     # who may exchange what for what
          - name: sign-in
            clients: web
            subject: { issuer: login }
            actor: none                            # the user's own sign-in: nobody acts for anybody
            targets: { orders: [read, write] }
          - name: on-behalf-of-users
            clients: [orders, reports]             # the caller becomes the actor
            targets: { billing: { read: [orders/read], pay: [orders/write] } }
        """;

    static string Hash(string client) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret + client)));
}
