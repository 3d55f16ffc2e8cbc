using Cambist.Yaml;

namespace Cambist.Tests.Docs;

/// <summary>The folders of samples/registries: what people copy passes its own tests, and the tests hold what it says.</summary>
public class SampleRegistryTests
{
    /// <summary>What narrows a registry: without one of these it allows more, or longer.</summary>
    static readonly string[] Bounds = ["max_depth", "lifetime", "max_age"];

    public static TheoryData<string> Names() =>
        [.. Directory.EnumerateDirectories(Pages.Path("samples", "registries")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void There_is_a_sample_for_each_provider_and_pattern() =>
        Names().Select(row => row.Data).ShouldBe(["agent", "api-to-api", "entra", "github-actions", "gitlab-ci", "google", "keycloak", "kubernetes", "spiffe", "support-impersonation"]);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_has_no_errors_and_no_warnings_and_passes_its_tests(string name)
    {
        var folder = Pages.Path("samples", "registries", name);
        var run = RegistryFile.Test(RegistryFile.Load(Path.Combine(folder, "cambist.yaml"), new()), folder, RegistryText.Now);

        run.Compilation.Findings.Select(finding => finding.In("cambist.yaml")).ShouldBeEmpty();
        run.PolicyTests.ShouldNotBeNull().Failed.ShouldBe(0);
        var tests = (DocumentMap)Tests(name)!;
        ((DocumentList)tests.Member("tests")!).Items.Count.ShouldBeGreaterThanOrEqualTo(5);
        ((DocumentList)tests.Member("assert")!).Items.Count.ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Whoever_drops_a_condition_a_bound_or_a_denial_of_a_sample_fails_a_test(string name)
    {
        var loosened = Loosened(Registry(name), "").ToArray();
        loosened.Length.ShouldBeGreaterThan(4);
        loosened.Where(change => Passes(name, change.Document)).Select(change => change.Dropped).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_says_how_to_try_it_and_what_to_change(string name)
    {
        var text = Pages.Text("samples", "registries", name, "cambist.yaml");
        foreach (var part in new[] { "cambist check cambist.yaml", "cambist reach cambist.yaml --resource ", "cambist explain --registry cambist.yaml ", "# To make it yours:" })
            text.ShouldContain(part);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_README_names_every_sample(string name) => Pages.Text("README.md").ShouldContain($"(samples/registries/{name}/cambist.yaml)");

    static DocumentNode Registry(string name) => RegistryDocument.Parse(Pages.Text("samples", "registries", name, "cambist.yaml")).Document!;

    static DocumentNode? Tests(string name) => RegistryDocument.Parse(Pages.Text("samples", "registries", name, "cambist.test.yaml")).Document;

    static bool Passes(string name, DocumentNode document)
    {
        if (RegistryCompiler.Compile(new() { Text = "", Document = document, Now = RegistryText.Now, ReadFile = _ => null }).Registry is not { } registry) return false;
        var suite = PolicyTestSuite.Compile(new() { FileName = "cambist.test.yaml", Document = Tests(name) }, registry);
        return suite.IsUsable && suite.Run(RegistryText.Now).Failed == 0;
    }

    /// <summary>The document without one condition, bound or deny entry, for each that it has.</summary>
    static IEnumerable<(string Dropped, DocumentNode Document)> Loosened(DocumentNode node, string key) => node switch
    {
        DocumentMap map => map.Entries.SelectMany(entry => Loosened(map, entry, inWhere: key == "where")),
        DocumentList list => list.Items.SelectMany((item, i) => Loosened(item, "").Select(change => (change.Dropped, (DocumentNode)(list with { Items = [.. list.Items.Take(i), change.Document, .. list.Items.Skip(i + 1)] })))
            .Concat(key == "deny" ? [($"{item.Path} (line {item.Position.Line})", list with { Items = [.. list.Items.Where(other => other != item)] })] : [])),
        _ => [],
    };

    static IEnumerable<(string Dropped, DocumentNode Document)> Loosened(DocumentMap map, DocumentEntry entry, bool inWhere)
    {
        var isLast = (entry.Key == "where" && entry.Value is DocumentMap { Entries.Count: 1 }) || (entry.Key == "deny" && entry.Value is DocumentList { Items.Count: 1 });
        if (isLast || Bounds.Contains(entry.Key) || (inWhere && map.Entries.Count > 1))
            yield return ($"{entry.Value.Path} (line {entry.KeyPosition.Line})", map with { Entries = [.. map.Entries.Where(other => other != entry)] });
        if (isLast || inWhere) yield break;
        foreach (var (dropped, value) in Loosened(entry.Value, entry.Key))
            yield return (dropped, map with { Entries = [.. map.Entries.Select(other => other == entry ? entry with { Value = value } : other)] });
    }
}
