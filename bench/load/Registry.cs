using System.Security.Cryptography;
using System.Text;

namespace Cambist.LoadBench;

/// <summary>The registry of a Cambist under load.</summary>
static class Registry
{
    /// <summary>Of each kind in an ordinary registry, and in a large one; the measured client and its rules are the last of them.</summary>
    public const int Ordinary = 10, Large = 10_000;

    const int OwnRules = 3;

    /// <summary>Writes it into a folder, with the keys of the issuers that it trusts.</summary>
    /// <returns>Its path.</returns>
    public static string Write(string folder, string issuer, Tokens tokens, int size)
    {
        foreach (var (name, minted) in Issuers(tokens)) File.Copy(minted.Keys, Path.Combine(folder, $"{name}.json"));
        var path = Path.Combine(folder, "cambist.yaml");
        File.WriteAllText(path, $$"""
            issuer: {{issuer}}
            issuers:
              login: { issuer: {{tokens.Login.Issuer}}, jwks_file: login.json, tokens: { id_token: { audiences: {{Request.Client}}, max_age: 2h } }, subject: "{sub}" }
              modern: { issuer: {{tokens.Modern.Issuer}}, jwks_file: modern.json, tokens: { id_token: { audiences: {{Request.Client}}, max_age: 2h } }, subject: "modern:{sub}" }
              partner:
                issuer: {{tokens.Partner.Issuer}}
                jwks_file: partner.json
                tokens: { access_token: { audiences: {{Request.Client}}, scopes: api/read } }
                subject: "partner:{sub}"
                act: accept
            resources:
              api: { identifiers: {{Request.Api}}, scopes: [read], token: { lifetime: 2h } }
              kept: { identifiers: {{Request.KeptApi}}, scopes: [read], token: { lifetime: 2h, format: opaque } }
            clients:
            {{Lines(size - 1, i => $$"""  other-{{i}}: { secrets: { sha256: "{{Hash($"secret of {i}")}}" } }""")}}
              {{Request.Client}}: { secrets: { sha256: "{{Hash(Request.Secret)}}" }, client_credentials: { api: read } }
            rules:
            {{Lines(size - OwnRules, i => $$"""  - { name: other-{{i}}, clients: other-{{i % (size - 1)}}, subject: { issuer: login }, actor: none, targets: { api: [read] } }""")}}
              - { name: load, clients: {{Request.Client}}, subject: { issuer: [login, modern] }, actor: none, targets: { api: [read], kept: [read] } }
              - { name: again, clients: {{Request.Client}}, actor: none, targets: { api: { read: [api/read, kept/read] } } }
              - { name: on-behalf, clients: {{Request.Client}}, subject: { issuer: partner }, targets: { api: [read] } }
            """);
        return path;
    }

    static IEnumerable<(string Name, MintedTokens Tokens)> Issuers(Tokens tokens) => [("login", tokens.Login), ("modern", tokens.Modern), ("partner", tokens.Partner)];

    static string Lines(int count, Func<int, string> line) => string.Join('\n', Enumerable.Range(0, count).Select(line));

    static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
