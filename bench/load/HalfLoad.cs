namespace Cambist.LoadBench;

/// <summary>Latency at half of the rate that the server can do.</summary>
/// <param name="Peak">The rate it can do, a second.</param>
/// <param name="Rounds">What was seen at about half of it.</param>
sealed record HalfLoad(double Peak, IReadOnlyList<WrkResult> Rounds)
{
    public const string Part = "latency";
    const double Tolerance = 0.1;
    const int Attempts = 8;
    static readonly TimeSpan Probe = TimeSpan.FromSeconds(3);

    /// <summary>Whether the rate came within 10 % of half; else the figures are of another load.</summary>
    public bool IsHalf => IsNear(Rate, Peak / 2, Tolerance);

    public double Rate => Rounds.Select(round => round.Rate).Median();
    public double P50 => Rounds.Select(round => round.P50).Median();
    public double P99 => Rounds.Select(round => round.P99).Median();

    public static async Task<HalfLoad> MeasureAsync(Server server, Request request, double peak, int rounds, TimeSpan length, CancellationToken cancellationToken)
    {
        Progress.Say("latency at half of the peak rate");
        var delay = await DelayForAsync(server, request, peak / 2, cancellationToken);
        var results = new List<WrkResult>();
        while (results.Count < rounds) results.Add(await Wrk.RunAsync(server, request, length, cancellationToken, delay: delay));
        return results.All(result => result.Failures == 0) ? new(peak, results) : throw new BenchException("At half load answers were no success, or connections were lost.");
    }

    /// <summary>How long each connection has to wait between requests, on average, so that they come at this rate. wrk has no rate to set; this is found by trying.</summary>
    static async Task<double> DelayForAsync(Server server, Request request, double rate, CancellationToken cancellationToken)
    {
        var delay = 1000 * Wrk.Connections / rate;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var seen = await Wrk.RunAsync(server, request, Probe, cancellationToken, delay: delay);
            if (IsNear(seen.Rate, rate, Tolerance / 3)) break;
            delay = Math.Max(0, delay + (1000 * Wrk.Connections * ((1 / rate) - (1 / seen.Rate))));
        }

        return delay;
    }

    static bool IsNear(double rate, double wanted, double tolerance) => Math.Abs(rate - wanted) <= tolerance * wanted;
}
