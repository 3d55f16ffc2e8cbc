using System.Diagnostics;
using Cambist.Protocol;

namespace Cambist.SearchBench;

/// <summary>What is looked for, and how long it took: of a search a page of 50.</summary>
static class LookUps
{
    const int Page = 50;

    static readonly string[] Names =
    [
        "a subject", "a subject nobody is", "a client", "a client's refusals", "a client's, of one reason", "a subject at a client", "a subject's refusals",
        "a reason", "a token's family", "a family at a client", "a token itself", "a client's, before a time", "a minute of all",
    ];

    public static readonly (string Name, Func<Place, Random, Task<int>> Look)[] Searches =
        [.. Names.Select((name, kind) => (name, (Func<Place, Random, Task<int>>)(async (place, random) => (await place.Store.Decisions.PageAsync(Filter(kind, place, random), default, Page, default)).Count)))];

    static DecisionFilter Filter(int kind, Place place, Random random)
    {
        var client = Filling.ClientOf(random);
        var subject = place.Filling.SubjectOf(random);
        var id = place.Filling.Ids[random.Next(place.Filling.Ids.Count)];
        var at = random.NextInt64(place.Times.From, place.Times.Until);
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
            11 => new() { Client = client, Until = at },
            _ => new() { From = at - 60_000, Until = at },
        };
    }

    /// <summary>Each kind in both stores, in rounds that take turns; a line each.</summary>
    public static async Task CompareAsync(IEnumerable<(string Name, Func<Place, Random, Task<int>> Look)> kinds, Place few, Place many, int count, int rounds)
    {
        Console.WriteLine($"{"ms",-28} {"few",12} {"p95",8} {"found",6} {"many",14} {"p95",8} {"found",6} {"ratio",7}");
        foreach (var (name, look) in kinds)
        {
            List<(double Took, int Found)> inFew = [], inMany = [];
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var (place, times) in new[] { (few, inFew), (many, inMany) })
                {
                    var one = await TimeAsync(random => look(place, random), new(round), count);
                    if (round > 0) times.AddRange(one);
                }
            }

            Console.WriteLine($"{name,-28} {Of(inFew, 0.5),12:0.00} {Of(inFew, 0.95),8:0.00} {inFew.Average(one => one.Found),6:0.0} {Of(inMany, 0.5),14:0.00} {Of(inMany, 0.95),8:0.00} {inMany.Average(one => one.Found),6:0.0} {Of(inMany, 0.5) / Of(inFew, 0.5),7:0.0}");
        }
    }

    static async Task<List<(double Took, int Found)>> TimeAsync(Func<Random, Task<int>> look, Random random, int count)
    {
        var times = new List<(double, int)>();
        for (var i = 0; i < count; i++)
        {
            var begin = Stopwatch.GetTimestamp();
            var found = await look(random);
            times.Add((Stopwatch.GetElapsedTime(begin).TotalMilliseconds, found));
        }

        return times;
    }

    static double Of(List<(double Took, int Found)> times, double share) => times.Select(one => one.Took).Order().ElementAt((int)(times.Count * share));
}
