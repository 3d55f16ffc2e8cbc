namespace Cambist.ReplayBench;

/// <summary>A company's registry: a hundred clients, each with two rules, and a draft that takes and gives a little.</summary>
static class Registries
{
    public const int Clients = 100;

    public static string InForce => Text("[sales, support, engineering, finance]", "[read, write]");

    /// <summary>One department less, one scope less, and a rule for what was refused.</summary>
    public static string Draft => Text("[sales, support, engineering]", "read") + "  - { name: spare, clients: client-7, subject: { issuer: login }, actor: none, targets: { spare: use } }\n";

    static string Text(string departments, string scopes) => $$"""
        issuer: https://sts.example.com
        issuers:
          login: { issuer: https://login.example.com, tokens: { id_token: { audiences: app } }, subject: "user:{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write], claims: [tenant] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay] }
          spare: { identifiers: https://spare.example.com, scopes: use }
        clients:
        {{Each(i => $"  client-{i}: {{ secrets: {{ sha256: {new string('a', 62)}{i:00} }}, serves: orders }}")}}
        deny:
          - { name: leavers, subject: { issuer: login, where: { status: left } }, reason: has left }
        rules:
        {{Each(i => $"  - {{ name: sign-in-{i}, clients: client-{i}, subject: {{ issuer: login, where: {{ department: {departments}, realm.region: \"eu-*\" }} }}, actor: none, targets: {{ orders: {(i % 10 == 0 ? scopes : "[read, write]")} }} }}")}}
        {{Each(i => $"  - {{ name: on-behalf-{i}, clients: client-{i}, targets: {{ billing: {{ read: [orders/read], pay: [orders/write] }} }} }}")}}

        """;

    static string Each(Func<int, string> line) => string.Join('\n', Enumerable.Range(0, Clients).Select(line));
}
