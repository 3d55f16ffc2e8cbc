using Cambist.Yaml;

namespace Cambist.Tests.Docs;

/// <summary>docs/policy-tests.md: its registry passes its tests, and the one that should fail fails as the page says.</summary>
public sealed class PolicyTestsPageTests : IDisposable
{
    static readonly string Page = Pages.Text("docs", "policy-tests.md");
    static readonly string[] Blocks = Pages.Blocks(Page, "yaml");

    readonly string _folder = Directory.CreateTempSubdirectory("cambist-page-").FullName;

    public PolicyTestsPageTests()
    {
        File.WriteAllText(Path.Combine(_folder, "cambist.yaml"), Blocks[0]);
        File.WriteAllText(Path.Combine(_folder, "web-secret"), "the-secret-of-web-1234567890");
        File.WriteAllText(Path.Combine(_folder, "orders-secret"), "the-secret-of-orders-1234567890");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    LoadedRegistry Run(string tests)
    {
        File.WriteAllText(Path.Combine(_folder, "cambist.test.yaml"), tests);
        var loaded = RegistryFile.Load(Path.Combine(_folder, "cambist.yaml"), new());
        loaded.Compilation.Findings.ShouldBeEmpty();
        return RegistryFile.Test(loaded, _folder, RegistryText.Now);
    }

    [Fact]
    public void The_tests_of_the_page_pass_but_for_the_one_that_shows_a_failure()
    {
        Blocks.Length.ShouldBe(6);
        foreach (var tests in Blocks.Skip(1).Where(block => block != Blocks[2]))
        {
            var run = Run(tests);
            run.Compilation.Findings.ShouldBeEmpty(tests);
            run.PolicyTests!.Tests.ShouldBeGreaterThan(1);
        }
    }

    [Fact]
    public void The_failure_is_the_one_on_the_page() =>
        Run(Blocks[2]).Compilation.Findings.ShouldHaveSingleItem().In("").Replace(_folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
            .ShouldBe(Pages.Blocks(Page, "text").ShouldHaveSingleItem().TrimEnd('\n'));

    [Fact]
    public void Every_member_is_on_the_page()
    {
        var named = Pages.Rows(Page).SelectMany(row => row[0].Split('`', StringSplitOptions.RemoveEmptyEntries)).ToHashSet();
        var schema = System.Text.Json.Nodes.JsonNode.Parse(Pages.Text("src", "Cambist.Server", "cambist-test.schema.json"))!["definitions"]!;
        foreach (var (name, _) in schema["test"]!["properties"]!.AsObject().Concat(schema["token"]!["properties"]!.AsObject())) named.ShouldContain(name);
        foreach (var (name, _) in schema["allow"]!["properties"]!.AsObject()) Page.ShouldContain($"`{name}`");
    }
}
