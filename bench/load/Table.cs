using System.Text;

namespace Cambist.LoadBench;

/// <summary>A table that reads well on a terminal and is Markdown. What begins with a digit is right-aligned.</summary>
sealed class Table(params string[] head)
{
    readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = head.Select((name, column) => _rows.Select(row => row[column].Length).Append(Math.Max(3, name.Length)).Max()).ToArray();
        var isNumber = head.Select((_, column) => column > 0 && _rows.Count > 0 && _rows.All(row => IsNumber(row[column]))).ToArray();
        var text = new StringBuilder();
        Line(head);
        text.Append('|').AppendJoin('|', widths.Select((width, column) => isNumber[column] ? $" {new string('-', width - 1)}: " : $" {new string('-', width)} ")).Append("|\n");
        foreach (var row in _rows) Line(row);
        return text.ToString();

        void Line(string[] cells) =>
            text.Append('|').AppendJoin('|', cells.Select((cell, column) => $" {(isNumber[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))} ")).Append("|\n");
    }

    static bool IsNumber(string cell) => cell.Length == 0 || cell.TrimStart('+', '-', '±', ' ') is "" or [>= '0' and <= '9', ..];
}
