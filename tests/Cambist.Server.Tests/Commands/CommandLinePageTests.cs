using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>docs/command-line.md lists what there is.</summary>
public sealed class CommandLinePageTests
{
    static readonly string Page = File.ReadAllText(Path.Combine(BuiltServer.Root, "docs", "command-line.md"));

    [Fact]
    public void Every_setting_is_on_the_page_and_no_other()
    {
        var listed = Page.Split('\n').Where(line => line.StartsWith("| `Cambist:", StringComparison.Ordinal)).Select(line => line["| `Cambist:".Length..line.IndexOf('`', 4)]);
        listed.ShouldBe(ServerSettings.Names, ignoreOrder: true);
    }

    [Fact]
    public async Task Every_command_is_on_the_page()
    {
        using var cli = new Cli();
        foreach (var parent in (string[][])[[], ["new"]])
        {
            var help = (await cli.RunAsync([.. parent, "--help"])).Output;
            var names = help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1)
                .Where(line => line.StartsWith("  ", StringComparison.Ordinal) && line.Length > 2 && line[2] != ' ').Select(line => line.Trim().Split(' ')[0]).Where(name => name != "new").ToArray();
            names.Length.ShouldBeGreaterThan(3);
            foreach (var name in names) Page.ShouldContain($"| `cambist {string.Join(' ', [.. parent, name])}");
        }
    }
}
