namespace Cambist.Tests.Docs;

/// <summary>docs/registry.md lists the lint checks that there are.</summary>
public class LintPageTests
{
    [Fact]
    public void Every_check_is_on_the_page_in_order_with_what_to_write_and_nothing_else_is()
    {
        var page = Pages.Text("docs", "registry.md");
        var rows = Pages.Rows(page[page.IndexOf("## Warnings", StringComparison.Ordinal)..]).ToArray();
        rows.Select(row => row[0].Trim('`')).ShouldBe(RegistryLint.Checks.Select(check => check.Name));
        foreach (var row in rows)
        {
            row.Length.ShouldBe(4, row[0]);
            row.ShouldAllBe(cell => cell.Length > 8);
        }
    }
}
