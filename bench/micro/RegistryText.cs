using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Cambist.Benchmarks;

/// <summary>A registry document as an operator would write it, of any number of clients with a rule each.</summary>
static class RegistryText
{
    public const string Client = "bench";
    public const string Secret = "bench-secret-that-is-long-enough";
    public const string Resource = "https://api-0.bench.example";
    const int Resources = 10;

    /// <param name="clients">How many clients there are, <see cref="Client"/> in the middle of them.</param>
    /// <param name="signing">The algorithm of our own tokens.</param>
    public static string Write(int clients, string signing)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Secret)));
        var text = new StringBuilder();
        void Line(FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

        Line($$"""
            issuer: https://sts.bench.example
            signing: { algorithm: {{signing}} }
            issuers:
              login: { issuer: {{Provider.Issuer}}, jwks_file: jwks.json, tokens: { id_token: { audiences: {{Client}} } }, subject: "{sub}" }
            resources:
            """);
        for (var i = 0; i < Resources; i++) Line($$"""  api-{{i}}: { identifiers: https://api-{{i}}.bench.example, scopes: [read, write], claims: email, token: { lifetime: 10m } }""");
        Line($"clients:");
        for (var i = 0; i < clients; i++) Line($$"""  {{NameOf(i, clients)}}: { secrets: { sha256: "{{hash}}" } }""");
        Line($"rules:");
        for (var i = 0; i < clients; i++)
        {
            var resource = NameOf(i, clients) == Client ? 0 : i % Resources;
            Line($$"""  - { name: rule-{{i}}, clients: {{NameOf(i, clients)}}, subject: { issuer: login }, actor: none, targets: { api-{{resource}}: [read, write] } }""");
        }

        return text.ToString();
    }

    static string NameOf(int client, int clients) => client == clients / 2 ? Client : $"client-{client}";
}
