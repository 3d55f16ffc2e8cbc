namespace Cambist.PurgeBench;

/// <summary>Medians over the rounds, each against those of the same store of which nothing is due.</summary>
static class Report
{
    public static void Print(IReadOnlyList<Kind> kinds, IReadOnlyDictionary<Kind, List<Round>> measured)
    {
        var baseline = Median(measured[kinds[1]], round => round.Rate);
        Console.WriteLine($"{"",-20} {"commits/s",10} {"ratio",6} {"spread",16} {"p50 ms",8} {"p99 ms",8} {"p99 spread",16} {"old entries left",17} {"old keys left",14}");
        foreach (var kind in kinds)
        {
            var rounds = measured[kind];
            var rate = Median(rounds, round => round.Rate);
            Console.WriteLine(
                $"{kind.Name,-20} {rate,10:N0} {rate / baseline,6:0.00} {Spread(rounds, round => round.Rate, "N0"),16} {Median(rounds, round => round.P50),8:0.00} {Median(rounds, round => round.P99),8:0.0} {Spread(rounds, round => round.P99, "0.0"),16} {Left(kind, rounds, round => round.Entries),17} {Left(kind, rounds, round => round.Keys),14}");
        }
    }

    static string Left(Kind kind, List<Round> rounds, Func<Round, double> of) => kind.IsDue ? Median(rounds, of).ToString("N0", null) : "-";

    static double Median(IEnumerable<Round> rounds, Func<Round, double> of)
    {
        var sorted = rounds.Select(of).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    static string Spread(IEnumerable<Round> rounds, Func<Round, double> of, string format) =>
        $"{rounds.Min(of).ToString(format, null)}-{rounds.Max(of).ToString(format, null)}";
}
