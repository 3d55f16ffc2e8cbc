using System.Text;
using Cambist.Yaml;

namespace Cambist.Tests;

/// <summary>Compiles registries written into tests; files they name are given as texts.</summary>
static class RegistryText
{
    public static readonly DateTimeOffset Now = new(2030, 6, 15, 12, 0, 0, TimeSpan.Zero);

    public static RegistryCompilation Compile(string yaml, params (string Name, string Content)[] files) => Compile(yaml, source => source, files);

    public static RegistryCompilation Compile(string yaml, Func<RegistrySource, RegistrySource> change, params (string Name, string Content)[] files)
    {
        var parsed = RegistryDocument.Parse(yaml);
        var compilation = RegistryCompiler.Compile(change(new()
        {
            Text = yaml,
            Document = parsed.Document,
            ParserFindings = parsed.Findings,
            Now = Now,
            ReadFile = name => files.FirstOrDefault(file => file.Name == name) is { Name: not null } file ? new("/secrets/" + name, Encoding.UTF8.GetBytes(file.Content)) : null,
        }));
        CompareWithSchema(parsed.Document, compilation, yaml);
        return compilation;
    }

    /// <summary>What the compiler accepts, an editor with cambist.schema.json accepts; a key that is unknown to one is to the other.</summary>
    static void CompareWithSchema(DocumentNode? document, RegistryCompilation compilation, string yaml)
    {
        if (document is null || (!compilation.IsUsable && !compilation.Errors().All(error => error.Message.Contains("is unknown here", StringComparison.Ordinal)))) return;
        JsonSchema.Shipped.Accepts(DocumentJson.Of(document)).ShouldBe(compilation.IsUsable, yaml);
    }

    /// <summary>The registry of a document that must have no errors.</summary>
    public static Registry Load(string yaml, params (string Name, string Content)[] files)
    {
        var compilation = Compile(yaml, files);
        compilation.Findings.Where(finding => finding.Severity == FindingSeverity.Error).ShouldBeEmpty();
        return compilation.Registry.ShouldNotBeNull();
    }

    public static IEnumerable<RegistryFinding> Errors(this RegistryCompilation compilation) => compilation.Findings.Where(finding => finding.Severity == FindingSeverity.Error);

    /// <summary>Warnings of the compiler itself, without those of lint.</summary>
    public static IEnumerable<RegistryFinding> Warnings(this RegistryCompilation compilation) =>
        compilation.Findings.Where(finding => finding.Severity == FindingSeverity.Warning && finding.Check is null);

    public static IEnumerable<RegistryFinding> Lint(this RegistryCompilation compilation) => compilation.Findings.Where(finding => finding.Check is not null);
}

/// <summary>Documents that are wrong in one place, marked by §.</summary>
static class Wrong
{
    public const string Issuer = "issuer: https://sts.example.com\n";

    public const string Hash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    /// <summary>What rules and deny entries of tests can name.</summary>
    public const string Base = Issuer + """
        lists: { staff: [ada, grace] }
        issuers:
          login: { issuer: https://login.example.com, tokens: id_token, subject: "{sub}" }
          ci: { issuer: https://ci.example.com, tokens: jwt, kind: client, subject: "ci:{sub}", where: { ref: main } }
          api: { issuer: https://api.example.com, tokens: { access_token: { scopes: [orders/read] } }, subject: "api:{sub}" }
          agents: { issuer: https://agents.example.com, tokens: jwt, roles: actor, subject: "agent:{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay] }
          plain: { identifiers: https://plain.example.com }
          sealed: { identifiers: https://sealed.example.com, scopes: open, token: { format: opaque } }
        clients:
          web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          web-2: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          orders: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, serves: orders }
          spa: { auth: none }

        """;

    /// <summary>Asserts that there is one error, at the mark, about the subject, and that its words say so.</summary>
    public static void Is(string marked, string subject, string part, params (string Name, string Content)[] files)
    {
        var (text, place) = Marked.Read(marked);
        var error = RegistryText.Compile(text, files).Errors().ShouldHaveSingleItem();
        error.ToString().ShouldStartWith($"{place} {subject}: ");
        error.Message.ShouldContain(part);
    }
}
