using System.Xml.Linq;

namespace Cambist.Tests.Architecture;

/// <summary>The arrows of docs/architecture.md point down only, and the engine needs nothing but the base class library.</summary>
public class ArrowTests
{
    static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Cambist.Protocol"] = [],
        ["Cambist"] = ["Cambist.Protocol"],
        ["Cambist.Yaml"] = ["Cambist"],
        ["Cambist.Storage.Postgres"] = ["Cambist"],
        ["Cambist.Storage.Sqlite"] = ["Cambist"],
        ["Cambist.AspNetCore"] = ["Cambist"],
        ["Cambist.Server"] = ["Cambist.AspNetCore", "Cambist.Storage.Postgres", "Cambist.Storage.Sqlite", "Cambist.Yaml"],
    };

    static readonly string Sources = Path.Combine(Checkout.Root, "src");

    [Fact]
    public void Every_project_has_its_place_in_the_house() =>
        Directory.EnumerateDirectories(Sources).Select(Path.GetFileName).Order(StringComparer.Ordinal).ShouldBe(Arrows.Keys.Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Cambist.Protocol")]
    [InlineData("Cambist")]
    [InlineData("Cambist.Yaml")]
    [InlineData("Cambist.Storage.Postgres")]
    [InlineData("Cambist.Storage.Sqlite")]
    [InlineData("Cambist.AspNetCore")]
    [InlineData("Cambist.Server")]
    public void A_project_refers_to_those_below_it_and_to_no_others(string project) =>
        Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal).ShouldBe(Arrows[project]);

    [Theory]
    [InlineData("Cambist.Protocol")]
    [InlineData("Cambist")]
    public void The_engine_has_no_package_and_no_framework_but_the_base_class_library(string project)
    {
        Items(project, "PackageReference").ShouldBeEmpty();
        Items(project, "FrameworkReference").ShouldBeEmpty();

        // What was really restored: build-time analyzers, and nothing that reaches a user.
        var locked = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(Sources, project, "packages.lock.json")));
        locked.RootElement.GetProperty("dependencies").GetProperty("net10.0").EnumerateObject()
            .Where(package => package.Value.GetProperty("type").GetString() != "Project")
            .Select(package => package.Name)
            .ShouldBe(["Meziantou.Analyzer", "Microsoft.CodeAnalysis.BannedApiAnalyzers"], ignoreOrder: true);
    }

    [Fact]
    public void The_engine_is_one_flat_namespace()
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Sources, "Cambist"), "*.cs", SearchOption.AllDirectories))
            File.ReadLines(file).Where(line => line.StartsWith("namespace ", StringComparison.Ordinal)).ShouldBe(["namespace Cambist;"], file);
    }

    [Fact]
    public void The_engine_assembly_refers_to_the_base_class_library_and_the_protocol_alone() =>
        typeof(TokenExchange).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!)
            .Where(name => name != "Cambist.Protocol" && !name.StartsWith("System.", StringComparison.Ordinal))
            .ShouldBeEmpty();

    static IEnumerable<string> Items(string project, string element) =>
        XDocument.Load(Path.Combine(Sources, project, project + ".csproj")).Descendants(element).Select(item => item.Attribute("Include")!.Value);
}
