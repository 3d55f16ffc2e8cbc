using Cambist.Yaml;

namespace Cambist.Tests;

/// <summary>Policy tests written into tests, about one registry.</summary>
static class PolicyTestText
{
    public const string FileName = "cambist.test.yaml";

    public static readonly Registry Tested = RegistryText.Load(Wrong.Base + """
        rules:
          - name: sign-in
            clients: web
            subject: { issuer: login, where: { email_verified: true } }
            actor: none
            targets: { orders: [read, write] }
            claims: { mail: "{email}" }
          - { name: calls, clients: orders, targets: { billing: { read: [read, write], pay: write } }, lifetime: 3m, claims: { tenant: "{tenant}" } }
          - { name: builds, clients: spa, subject: { issuer: ci, where: { project: 7 } }, actor: none, targets: { sealed: open }, default_target: true }
          - { name: support, clients: orders, subject: { issuer: impersonation, where: { context.ticket: "T-*" } }, targets: { billing: read } }
          - { name: batch, clients: orders, subject: { kind: client }, targets: { sealed: { open: read } } }
          - { name: agents, clients: web-2, subject: { issuer: login }, actor: { issuer: agents, where: { role: bot } }, targets: { orders: [read] } }
          - { name: api, clients: web-2, subject: { issuer: api }, actor: none, targets: { orders: [read] } }
          - { name: machines, clients: web-2, subject: { issuer: login }, actor: none, targets: { plain: [] } }
        deny:
          - { name: no-root, subject: { where: { sub: root } }, reason: root is nobody }
        """);

    public static PolicyTestSuite Compile(string yaml, Action<string, IReadOnlyCollection<string>>? vocabulary = null)
    {
        var parsed = RegistryDocument.Parse(yaml);
        return PolicyTestSuite.Compile(new() { FileName = FileName, Document = parsed.Document, ParserFindings = parsed.Findings, Vocabulary = vocabulary }, Tested);
    }

    /// <summary>What is said of tests that are right in themselves, a line each.</summary>
    public static string[] Run(string yaml)
    {
        var suite = Compile(yaml);
        suite.Findings.ShouldBeEmpty();
        return [.. suite.Run(RegistryText.Now).Findings.Select(finding => finding.In("cambist.yaml"))];
    }

    /// <summary>What is said of one test of this request; null where it passes.</summary>
    public static string? Judge(string request, string expect)
    {
        const string Name = "it";
        var said = Run($$"""tests: { name: {{Name}}, {{request}}, expect: {{expect}} }""");
        return said.Length == 0 ? null : said.ShouldHaveSingleItem()[$"{FileName}:1:8 {Name}: ".Length..];
    }
}
