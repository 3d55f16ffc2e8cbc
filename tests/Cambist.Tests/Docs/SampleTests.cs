namespace Cambist.Tests.Docs;

/// <summary>What readers copy works: the README's registry, every sample, and the pages quote nothing else.</summary>
public class SampleTests
{
    static readonly (string, string)[] Secrets =
        [.. new[] { "web", "orders", "deploy", "nightly" }.Select(client => ($"{client}-secret", $"the-secret-of-{client}-1234567890"))];

    public static TheoryData<string> Registries() => [.. Pages.Samples("registries", "*.yaml").Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Registries))]
    public void Every_sample_registry_compiles_without_errors(string name) => Compile(Pages.Text("samples", "registries", name));

    [Fact]
    public void The_registry_of_the_ASP_NET_Core_sample_compiles_without_errors() => Compile(Pages.Text("samples", "AspNetCoreHost", "cambist.yaml"));

    [Fact]
    public void The_registry_of_the_README_compiles_without_errors_and_warnings()
    {
        var text = Pages.Blocks(Pages.Text("README.md"), "yaml").ShouldHaveSingleItem();
        Compile(text, "web-secret", "orders-secret").Findings.ShouldBeEmpty();
    }

    [Fact]
    public void The_library_snippet_of_the_README_is_from_the_sample()
    {
        var sample = Lines(Pages.Text("samples", "AspNetCoreHost", "Program.cs"));
        var snippet = Lines(Pages.Blocks(Pages.Text("README.md"), "csharp").ShouldHaveSingleItem());
        snippet.Except(sample).ShouldBeEmpty();
        snippet.ShouldContain("app.MapCambist();");
    }

    [Fact]
    public void Every_registry_snippet_of_the_reference_is_an_excerpt_of_a_sample()
    {
        var samples = Directory.EnumerateFiles(Pages.Path("samples"), "*.yaml", SearchOption.AllDirectories).Select(file => Lines(File.ReadAllText(file))).ToArray();
        var snippets = Pages.Blocks(Pages.Text("docs", "registry.md"), "yaml");
        snippets.Length.ShouldBeGreaterThan(3);
        foreach (var snippet in snippets)
            samples.Any(sample => Holds(sample, Lines(snippet))).ShouldBeTrue(snippet);
    }

    static RegistryCompilation Compile(string text, params string[] files)
    {
        var secrets = files.Length == 0 ? Secrets : [.. Secrets.Where(secret => files.Contains(secret.Item1))];
        var compilation = RegistryText.Compile(text.Replace("<64 hex digits of SHA-256 of the UTF-8 secret>", new string('a', 64), StringComparison.Ordinal), secrets);
        compilation.Errors().ShouldBeEmpty();
        compilation.IsUsable.ShouldBeTrue();
        return compilation;
    }

    static bool Holds(string[] sample, string[] excerpt) =>
        Enumerable.Range(0, Math.Max(0, sample.Length - excerpt.Length + 1)).Any(start => Outdented(sample[start..(start + excerpt.Length)]).SequenceEqual(excerpt));

    static string[] Lines(string text) => Outdented(text.TrimEnd('\n').Split('\n'));

    /// <summary>Lines without the indentation that they all have.</summary>
    static string[] Outdented(string[] lines)
    {
        var indentation = lines.Where(line => line.Length > 0).Select(line => line.Length - line.TrimStart().Length).DefaultIfEmpty().Min();
        return [.. lines.Select(line => line.Length < indentation ? "" : line[indentation..])];
    }
}
