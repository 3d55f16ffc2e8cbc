using System.Globalization;
using System.Security;
using System.Text;

namespace Cambist.LoadBench;

/// <summary>A drawing that reads well on a light ground and on a dark one.</summary>
sealed class Svg(int width, int height, string title)
{
    const string Style = """
        text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-size: 15px; font-weight: 600 } .quiet { fill: #59636e } .end { text-anchor: end } .middle { text-anchor: middle }
        .ours { fill: #0f766e } .theirs { fill: #8c959f } .second { fill: #b45309 } .rule { stroke: #d1d9e0 } .whisker { stroke: #1f2328; stroke-width: 1.5 }
        @media (prefers-color-scheme: dark) { text { fill: #f0f6fc } .quiet { fill: #9198a1 } .ours { fill: #2dd4bf } .theirs { fill: #6e7681 } .second { fill: #f59e0b } .rule { stroke: #3d444d } .whisker { stroke: #f0f6fc } }
        """;

    readonly StringBuilder _shapes = new();

    public void Text(double x, double y, string text, string kind = "") =>
        _shapes.Append(CultureInfo.InvariantCulture, $"<text x=\"{x:0.#}\" y=\"{y:0.#}\" class=\"{kind}\">{SecurityElement.Escape(text)}</text>\n");

    public void Bar(double x, double y, double barWidth, double barHeight, string kind) =>
        _shapes.Append(CultureInfo.InvariantCulture, $"<rect x=\"{x:0.#}\" y=\"{y:0.#}\" width=\"{Math.Max(1, barWidth):0.#}\" height=\"{barHeight:0.#}\" rx=\"2\" class=\"{kind}\"/>\n");

    public void Line(double x1, double y1, double x2, double y2, string kind) =>
        _shapes.Append(CultureInfo.InvariantCulture, $"<line x1=\"{x1:0.#}\" y1=\"{y1:0.#}\" x2=\"{x2:0.#}\" y2=\"{y2:0.#}\" class=\"{kind}\"/>\n");

    public void Save(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">
            <title>{SecurityElement.Escape(title)}</title>
            <style>
            {Style}
            </style>
            {_shapes}</svg>

            """);
    }
}
