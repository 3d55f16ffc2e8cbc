namespace Cambist.LoadBench;

/// <summary>The charts of docs/benchmarks.md.</summary>
static class Charts
{
    const int Width = 820, Left = 330, Right = 90, Top = 48, RowHeight = 26, BarHeight = 16;
    const double Longest = Width - Left - Right;

    public static void Write(Measurements measured)
    {
        // The bare form is so far above all others that they could not be told apart beside it.
        Rates([.. measured.Rows.Where(row => row.Row.Name != Row.BareForm)], "Requests a second, server on one core", Path.Combine(Folders.Charts, "rates.svg"));
        Latencies(measured, Path.Combine(Folders.Charts, "latency.svg"));
    }

    /// <summary>A bar a row, with a whisker from the lowest to the highest round.</summary>
    static void Rates(IReadOnlyList<MeasuredRow> rows, string title, string file)
    {
        var svg = Titled(title, rows.Count);
        var most = Axis(svg, rows.Max(row => row.Samples.Max(sample => sample.Rate)), rows.Count, "#,0");
        foreach (var (i, row) in rows.Index())
        {
            var y = Top + (i * RowHeight);
            var (low, high) = (row.Samples.Min(sample => sample.Rate), row.Samples.Max(sample => sample.Rate));
            svg.Text(Left - 8, y + 13, row.Row.Label, "end");
            svg.Bar(Left, y, row.Rate / most * Longest, BarHeight, row.Row.IsCambist ? "ours" : "theirs");
            var (from, to) = (Left + (low / most * Longest), Left + (high / most * Longest));
            svg.Line(from, y + (BarHeight / 2), to, y + (BarHeight / 2), "whisker");
            svg.Line(from, y + 4, from, y + BarHeight - 4, "whisker");
            svg.Line(to, y + 4, to, y + BarHeight - 4, "whisker");
            svg.Text(to + 8, y + 13, $"{row.Rate:#,0}");
        }

        svg.Save(file);
    }

    /// <summary>p50 and, behind it, p99: of each row at full load, and of the cold one at half. The peer, far above all others, has its place in the table.</summary>
    static void Latencies(Measurements measured, string file)
    {
        var bars = new List<(string Label, double P50, double P99)>();
        if (measured.HalfLoad is { } half) bars.Add(("Cambist, cold, at half of its peak rate", half.P50, half.P99));
        bars.AddRange(measured.Rows.Where(row => row.Row.Name != Row.OidcProvider).Select(row => (row.Row.Label, row.Median(sample => sample.P50), row.Median(sample => sample.P99))));

        var svg = Titled($"Latency in milliseconds, {Wrk.Connections} connections, full load unless said", bars.Count);
        Legend(svg, ("p50", "ours"), ("p99", "second"));
        var most = Axis(svg, bars.Max(bar => bar.P99), bars.Count, "0.##");
        foreach (var (i, bar) in bars.Index())
        {
            var y = Top + (i * RowHeight);
            svg.Text(Left - 8, y + 13, bar.Label, "end");
            svg.Bar(Left, y, bar.P99 / most * Longest, BarHeight, "second");
            svg.Bar(Left, y, bar.P50 / most * Longest, BarHeight, "ours");
            svg.Text(Left + (bar.P99 / most * Longest) + 8, y + 13, $"{bar.P50:0.0} · {bar.P99:0.0}");
        }

        svg.Save(file);
    }

    static Svg Titled(string title, int rows)
    {
        var svg = new Svg(Width, Top + (rows * RowHeight) + 28, title);
        svg.Text(12, 24, title, "title");
        return svg;
    }

    static void Legend(Svg svg, params (string Text, string Kind)[] colours)
    {
        foreach (var (i, (text, kind)) in colours.Index())
        {
            var x = Width - Right - ((colours.Length - i) * 60);
            svg.Bar(x, 13, 12, 12, kind);
            svg.Text(x + 17, 24, text);
        }
    }

    /// <summary>Lines at round numbers.</summary>
    /// <returns>What the longest bar would stand for.</returns>
    static double Axis(Svg svg, double highest, int rows, string format)
    {
        var step = RoundStep(highest / 5);
        var most = Math.Ceiling(highest / step) * step;
        var bottom = Top + (rows * RowHeight);
        for (var i = 0; i * step <= most + (step / 2); i++)
        {
            var x = Left + (i * step / most * Longest);
            svg.Line(x, Top - 8, x, bottom, "rule");
            svg.Text(x, bottom + 18, (i * step).ToString(format, null), "quiet middle");
        }

        return most;
    }

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    static double RoundStep(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return new[] { 1, 2, 5, 10 }.Select(factor => factor * power).First(step => step >= least);
    }
}
