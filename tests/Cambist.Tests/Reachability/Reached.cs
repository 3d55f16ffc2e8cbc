namespace Cambist.Tests;

/// <summary>What reachability says of a registry, as text; registries here have a secret of every client.</summary>
static class Reached
{
    const string Head = """
        issuer: https://sts.example.com
        issuers:
          login: { issuer: https://login.example.com, tokens: id_token, subject: "{sub}" }
          ci: { issuer: https://ci.example.com, tokens: jwt, kind: client, subject: "ci:{sub}", where: { ref: main } }
          partner: { issuer: https://partner.example.com, tokens: { access_token: { audiences: resources, scopes: [orders/read] } }, subject: "partner:{sub}" }
          agents: { issuer: https://agents.example.com, tokens: { id_token: { audiences: desk } }, roles: actor, subject: "agent:{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
          billing: { identifiers: [https://billing.example.com, urn:billing], scopes: [read, pay] }
          ledger: { identifiers: https://ledger.example.com, scopes: post }
          plain: { identifiers: https://plain.example.com }

        """;

    const string Clients = """
        clients:
          web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          orders: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, serves: orders }
          billing: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, serves: billing }
          desk: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          batch: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, client_credentials: { orders: read } }

        """;

    /// <summary>A registry with these rules, and maybe deny entries before them.</summary>
    public static Registry Registry(string rest, string clients = Clients) => RegistryText.Load(Head + clients + rest);

    /// <summary>Who reaches a resource, such as <c>web [read] orders [pay, read]</c>.</summary>
    public static string Who(Registry registry, string resource, string? scope = null) =>
        string.Join(' ', new Reachability(registry).To(registry.Resources[resource], scope).Select(found => $"{found.Client} [{string.Join(", ", found.Scopes)}]"));

    public static string Who(string rest, string resource, string? scope = null) => Who(Registry(rest), resource, scope);

    /// <summary>The chains of the one client that reaches it.</summary>
    public static string[] Chains(string rest, string resource, string? scope = null)
    {
        var registry = Registry(rest);
        return [.. new Reachability(registry).To(registry.Resources[resource], scope).ShouldHaveSingleItem().Chains.Select(chain => chain.ToString())];
    }
}
