namespace Cambist.LoadBench;

/// <summary>The tables of a run, by the names that docs/benchmarks.md has for them.</summary>
static class Report
{
    public static IReadOnlyList<(string Name, string Text)> Sections(Measurements measured) =>
    [
        ("machine", Facts(measured)),
        ("targets", Target.AsTable(measured).ToString()),
        .. Section("rates", measured.Rows.Count > 0, () => Rates(measured.Rows)),
        .. Section("ratios", measured.Ratios.Count > 0, () => Ratios(measured.Ratios)),
        .. Section("latency", measured.HalfLoad is not null, () => Latency(measured.HalfLoad!)),
        .. Section("memory", measured.Memory.Count > 0, () => Memory(measured.Memory)),
        .. Section("start", measured.Starts.Count > 0, () => Starts(measured.Starts)),
        .. Section("allocations", measured.Heap.Count > 0, () => Heap(measured.Heap)),
    ];

    static IEnumerable<(string, string)> Section(string name, bool isMeasured, Func<string> text) => isMeasured ? [(name, text())] : [];

    static string Facts(Measurements measured)
    {
        var table = new Table("measured", "");
        foreach (var (name, value) in measured.Machine.Facts) table.Add(name, value);
        table.Add("load", $"wrk -t1 -c{Wrk.Connections}; {measured.Options.Rounds} rounds of {measured.Options.Seconds} s, interleaved over all rows, after {measured.Options.WarmUp} s of warm-up for each server");
        if (measured.Disturbance is { } others) table.Add("others on the servers' core", $"{others.Median:0 %} (median), {others.Most:0 %} at most, during the rounds of the bare loops and the peer; near nothing on a quiet machine");
        return table.ToString();
    }

    static string Rates(IReadOnlyList<MeasuredRow> rows)
    {
        var table = new Table("row", "a second", "spread", "CPU µs", "p50 ms", "p99 ms", "others", "wrk's core", "database");
        foreach (var row in rows)
        {
            table.Add(row.Row.Label, $"{row.Rate:#,0}", $"± {row.Spread:0.0 %}", $"{row.Median(sample => sample.Cpu):0.0}", $"{row.Median(sample => sample.P50):0.00}", $"{row.Median(sample => sample.P99):0.00}",
                $"{row.Median(sample => sample.Others):0 %}", $"{row.Median(sample => sample.LoadCore):0 %}", row.Database is { } share ? $"{share:0 %}" : "");
        }

        return table.ToString();
    }

    static string Ratios(IReadOnlyList<Ratio> ratios)
    {
        var table = new Table("ratio of rates", "median", "spread");
        foreach (var ratio in ratios) table.Add(ratio.Name, $"{ratio.Value:0.00}", $"± {ratio.Spread:0.0 %}");
        return table.ToString();
    }

    static string Latency(HalfLoad half)
    {
        var table = new Table("half load, cold, SQLite", "");
        table.Add("peak rate", $"{half.Peak:#,0} a second");
        table.Add("rate reached", $"{half.Rate:#,0} a second, {half.Rate / half.Peak:0 %} of the peak");
        table.Add("p50", $"{half.P50:0.00} ms");
        table.Add("p99", $"{half.P99:0.00} ms");
        return table.ToString();
    }

    static string Memory(IReadOnlyList<MemoryUse> uses)
    {
        var table = new Table("server", "highest MB", "in the end MB");
        foreach (var use in uses) table.Add(use.Name, $"{use.Highest:0}", $"{use.Now:0}");
        return table.ToString();
    }

    static string Starts(IReadOnlyList<StartTime> starts)
    {
        var table = new Table("start to first exchange", "median ms", "lowest", "highest");
        foreach (var start in starts) table.Add(start.Label, $"{start.Median:0}", $"{start.Milliseconds.Min():0}", $"{start.Milliseconds.Max():0}");
        return table.ToString();
    }

    static string Heap(IReadOnlyList<HeapUse> uses)
    {
        var table = new Table("heap", "bytes an exchange", "gen 0 a million", "gen 1", "gen 2", "exchanges");
        foreach (var use in uses) table.Add([use.Label, $"{use.Bytes:#,0}", .. use.Collections.Select(count => $"{count:#,0}"), $"{use.Exchanges:#,0}"]);
        return table.ToString();
    }
}
