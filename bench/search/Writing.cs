using System.Diagnostics;
using Cambist.Storage.Sqlite;

namespace Cambist.SearchBench;

/// <summary>Commits of as many callers as it takes, with and without an index being built beside them, and with one that has much to catch up on.</summary>
static class Writing
{
    const int Callers = 64;
    const int Backlog = 500_000;

    static readonly string[] Kinds = ["no index", "an index", "an index that catches up"];

    public static async Task MeasureAsync(string folder, TimeSpan length, int rounds)
    {
        var backlog = await MadeStore.MakeAsync(Path.Combine(folder, "backlog.db"), Backlog);
        foreach (var pace in new[] { TimeSpan.Zero, TimeSpan.FromMilliseconds(20) })
        {
            var measured = Kinds.Select(_ => new List<(double Rate, double P50, double P99)>()).ToArray();
            for (var round = 0; round <= rounds; round++)
            {
                for (var kind = 0; kind < Kinds.Length; kind++)
                {
                    var one = await RoundAsync(folder, kind == 2 ? backlog.Path : null, isIndexed: kind > 0, length, pace);
                    if (round > 0) measured[kind].Add(one);
                }
            }

            Console.WriteLine(pace == TimeSpan.Zero ? $"{Callers} callers, one commit after the other" : $"{Callers} callers, each with a pause of {pace.TotalMilliseconds} ms");
            Print(Kinds, measured);
        }
    }

    public static void Print(string[] kinds, List<(double Rate, double P50, double P99)>[] measured)
    {
        Console.WriteLine($"{"",-26} {"commits/s",10} {"ratio",6} {"spread",18} {"p50 ms",8} {"p99 ms",8} {"p99 spread",16}");
        for (var kind = 0; kind < kinds.Length; kind++)
        {
            var all = measured[kind];
            Console.WriteLine(
                $"{kinds[kind],-26} {Median(all, one => one.Rate),10:N0} {Median(all, one => one.Rate) / Median(measured[0], one => one.Rate),6:0.00} {all.Min(one => one.Rate),8:N0}-{all.Max(one => one.Rate),-9:N0} {Median(all, one => one.P50),8:0.00} {Median(all, one => one.P99),8:0.0} {all.Min(one => one.P99),8:0.0}-{all.Max(one => one.P99),-7:0.0}");
        }
    }

    static async Task<(double Rate, double P50, double P99)> RoundAsync(string folder, string? copied, bool isIndexed, TimeSpan length, TimeSpan pace)
    {
        var path = Path.Combine(folder, "round.db");
        foreach (var left in Directory.GetFiles(folder, "round.db*")) File.Delete(left);
        if (copied is not null) File.Copy(copied, path);

        await using var store = SqliteStore.Open(path, TimeProvider.System);
        return await RoundAsync(store, isIndexed, length, pace);
    }

    public static async Task<(double Rate, double P50, double P99)> RoundAsync(Store store, bool isIndexed, TimeSpan length, TimeSpan pace)
    {
        using var stopping = new CancellationTokenSource();
        var indexing = isIndexed ? Task.Run(() => IndexAsync(store, stopping.Token)) : Task.CompletedTask;
        var watch = Stopwatch.StartNew();
        var times = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(() => CommitAsync(store, watch, length, pace))));
        var rate = times.Sum(one => one.Count) / watch.Elapsed.TotalSeconds;
        await stopping.CancelAsync();
        await indexing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        double[] sorted = [.. times.SelectMany(one => one).Order()];
        return (rate, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)]);
    }

    /// <summary>As the upkeep of a server does it.</summary>
    static async Task IndexAsync(Store store, CancellationToken cancellationToken)
    {
        while (true)
        {
            await store.Decisions.IndexAsync(cancellationToken);
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }

    static async Task<List<double>> CommitAsync(Store store, Stopwatch watch, TimeSpan length, TimeSpan pace)
    {
        var filling = new Filling(1_000_000);
        var times = new List<double>();
        while (watch.Elapsed < length)
        {
            if (pace > TimeSpan.Zero) await Task.Delay(pace);
            var entry = filling.Next();
            var begin = Stopwatch.GetTimestamp();
            await store.Ledger.CommitAsync(entry, CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        return times;
    }

    static double Median<T>(IEnumerable<T> rounds, Func<T, double> of)
    {
        var sorted = rounds.Select(of).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
