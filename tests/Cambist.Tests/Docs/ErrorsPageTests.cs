using Cambist.AspNetCore;
using Cambist.Protocol;

namespace Cambist.Tests.Docs;

/// <summary>docs/errors.md says what the code says.</summary>
public class ErrorsPageTests
{
    static readonly Dictionary<string, string[]> Rows = ReadRows();

    [Fact]
    public void Every_reason_is_on_the_page_and_nothing_else_is() =>
        Rows.Keys.ShouldBe(Enum.GetValues<Reason>().Where(reason => reason != Reason.None).Select(reason => reason.WireName()), ignoreOrder: true);

    [Fact]
    public void Status_and_error_of_both_profiles_are_those_of_the_server()
    {
        foreach (var (name, cells) in Rows)
        {
            var error = ErrorTable.Of(Reasons.Parse(name)!.Value);
            cells[1].ShouldBe($"{error.Status}", name);
            cells[2].ShouldBe($"`{error.Common}`", name);
            cells[3].ShouldBe(error.Rfc8693 == error.Common ? "same" : $"`{error.Rfc8693}`", name);
        }
    }

    [Fact]
    public void Every_row_says_what_it_means_and_what_to_do()
    {
        foreach (var (name, cells) in Rows)
        {
            cells.Length.ShouldBe(6, name);
            cells[4].Length.ShouldBeGreaterThan(10, name);
            cells[5].Length.ShouldBeGreaterThan(10, name);
        }
    }

    /// <summary>A row may be for a reason of the subject token and its twin of the actor token.</summary>
    static Dictionary<string, string[]> ReadRows()
    {
        var rows = new Dictionary<string, string[]>();
        foreach (var cells in Pages.Rows(Pages.Text("docs", "errors.md")))
            foreach (var name in cells[0].Split(", "))
                rows.Add(name.Trim('`'), cells);
        return rows;
    }
}
