using System.Diagnostics;
using Cambist.Protocol;

namespace Cambist.SearchBench;

/// <summary>What is looked for, and how long a page of 50 took.</summary>
static class LookUps
{
    const int Page = 50;

    public static readonly string[] Names =
    [
        "a subject", "a subject nobody is", "a client", "a client's refusals", "a client's, of one reason", "a subject at a client", "a subject's refusals",
        "a reason", "a token's family", "a family at a client", "a token itself", "a client's, at a time",
    ];

    public static DecisionFilter Filter(int kind, Filling filling, Random random, (long From, long Until) times)
    {
        var client = Filling.ClientOf(random);
        var subject = filling.SubjectOf(random);
        var id = filling.Ids[random.Next(filling.Ids.Count)];
        var at = random.NextInt64(times.From, times.Until);
        return kind switch
        {
            0 => new() { Subject = subject },
            1 => new() { Subject = "nobody-" + random.Next() },
            2 => new() { Client = client },
            3 => new() { Client = client, Outcome = DecisionOutcome.Refused },
            4 => new() { Client = client, Reason = Reason.SubjectExpired },
            5 => new() { Client = client, Subject = subject },
            6 => new() { Subject = subject, Outcome = DecisionOutcome.Refused },
            7 => new() { Reason = Reason.SubjectExpired },
            8 => new() { Lineage = id.Split('.')[0] },
            9 => new() { Lineage = id.Split('.')[0], Client = client },
            10 => new() { Issued = id },
            _ => new() { Client = client, Until = at },
        };
    }

    /// <returns>Milliseconds, sorted, and how many entries a page had on average.</returns>
    public static async Task<(double[] Sorted, double Found)> TimeAsync(Store store, Filling filling, int kind, int count, (long From, long Until) times)
    {
        var random = new Random(kind);
        var (took, found) = (new List<double>(), 0);
        for (var i = 0; i < count; i++)
        {
            var filter = Filter(kind, filling, random, times);
            var begin = Stopwatch.GetTimestamp();
            found += (await store.Decisions.PageAsync(filter, default, Page, CancellationToken.None)).Count;
            took.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        return ([.. took.Order()], (double)found / count);
    }

    /// <summary>Each kind in both stores, a line each.</summary>
    public static async Task CompareAsync((Store Store, Filling Filling, (long From, long Until) Times) few, (Store Store, Filling Filling, (long From, long Until) Times) many, int count)
    {
        Console.WriteLine($"{"a page of 50: ms",-28} {"few",12} {"p95",8} {"found",6} {"many",14} {"p95",8} {"found",6} {"ratio",7}");
        for (var kind = 0; kind < Names.Length; kind++)
        {
            await TimeAsync(few.Store, few.Filling, kind, count / 4, few.Times);
            var (inFew, foundFew) = await TimeAsync(few.Store, few.Filling, kind, count, few.Times);
            var (inMany, foundMany) = await TimeAsync(many.Store, many.Filling, kind, count, many.Times);
            Console.WriteLine(
                $"{Names[kind],-28} {Median(inFew),12:0.00} {inFew[^(count / 20)],8:0.00} {foundFew,6:0.0} {Median(inMany),14:0.00} {inMany[^(count / 20)],8:0.00} {foundMany,6:0.0} {Median(inMany) / Median(inFew),7:0.0}");
        }
    }

    static double Median(double[] sorted) => sorted[sorted.Length / 2];
}
