namespace Cambist.LoadBench;

/// <summary>What one round of a row gave.</summary>
/// <param name="Rate">Answers a second.</param>
/// <param name="Cpu">Processor time of the servers for one, in microseconds.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds; the highest, where several servers were asked.</param>
/// <param name="Failures">Answers that were no success, and lost connections.</param>
/// <param name="Others">Share of its time that the core of the servers was busy with anything but the servers that were asked: what disturbs a round.</param>
/// <param name="LoadCore">Share of its time that the core of the load was busy.</param>
/// <param name="Database">Share of that core's time that the database took; null without one.</param>
sealed record Sample(double Rate, double Cpu, double P50, double P99, int Failures, double Others, double LoadCore, double? Database);

/// <summary>A row, and what its rounds gave.</summary>
sealed record MeasuredRow(Row Row, IReadOnlyList<Sample> Samples)
{
    public double Rate => Median(sample => sample.Rate);

    /// <summary>Half of the difference of the highest and the lowest rate, as a share of their middle.</summary>
    public double Spread => Samples.Select(sample => sample.Rate).HalfSpread();

    public double? Database => Samples[0].Database is null ? null : Median(sample => sample.Database!.Value);

    public double Median(Func<Sample, double> of) => Samples.Select(of).Median();
}

static class Statistics
{
    public static double Median(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    /// <summary>Half of the difference of the highest and the lowest, as a share of their middle.</summary>
    public static double HalfSpread(this IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[^1] - sorted[0]) / (sorted[^1] + sorted[0]);
    }
}
