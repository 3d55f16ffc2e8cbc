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
        return RegistryCompiler.Compile(change(new()
        {
            Text = yaml,
            Document = parsed.Document,
            ParserFindings = parsed.Findings,
            Now = Now,
            ReadFile = name => files.FirstOrDefault(file => file.Name == name) is { Name: not null } file ? new("/secrets/" + name, Encoding.UTF8.GetBytes(file.Content)) : null,
        }));
    }

    /// <summary>The registry of a document that must have no errors.</summary>
    public static Registry Load(string yaml, params (string Name, string Content)[] files)
    {
        var compilation = Compile(yaml, files);
        compilation.Findings.Where(finding => finding.Severity == FindingSeverity.Error).ShouldBeEmpty();
        return compilation.Registry.ShouldNotBeNull();
    }

    public static IEnumerable<RegistryFinding> Errors(this RegistryCompilation compilation) => compilation.Findings.Where(finding => finding.Severity == FindingSeverity.Error);

    public static IEnumerable<RegistryFinding> Warnings(this RegistryCompilation compilation) => compilation.Findings.Where(finding => finding.Severity == FindingSeverity.Warning);
}
