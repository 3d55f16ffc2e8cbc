using System.Diagnostics;

namespace Cambist.SearchBench;

/// <summary>The same on PostgreSQL.</summary>
static class OnPostgres
{
    static readonly (string Name, bool IsIndexed)[] Kinds = [("no index", false), ("an index", true)];

    public static async Task MeasureAsync(string server, int many, int few, int lookUps, TimeSpan round, int rounds, int days)
    {
        var (small, large) = (await FilledDatabase.MakeAsync(server, "search_few", few, days), await FilledDatabase.MakeAsync(server, "search_many", many, days));
        await using (Store fewStore = small.Open(), manyStore = large.Open())
        {
            await WithoutIndexAsync(manyStore);
            await small.IndexAsync();
            await large.IndexAsync();
            var (inFew, inMany) = (await small.PlaceAsync(fewStore), await large.PlaceAsync(manyStore));
            await LookUps.CompareAsync(ByKey.Kinds.Concat(LookUps.Searches), inFew, inMany, lookUps, rounds);
        }

        foreach (var pace in new[] { TimeSpan.Zero, TimeSpan.FromMilliseconds(20) }) await WriteAsync(small, round, rounds, pace);
        if (Environment.GetEnvironmentVariable("KEEP") != "1") foreach (var made in new[] { small, large }) await made.DropAsync();
    }

    /// <summary>The whole of what is not indexed, however many pages it takes.</summary>
    static async Task WithoutIndexAsync(Store store)
    {
        var pages = new List<double>();
        for (var page = default(DecisionPage); page is null || !page.Next.IsNone;)
        {
            var begin = Stopwatch.GetTimestamp();
            page = await store.Decisions.PageAsync(new() { Subject = "nobody" }, page?.Next ?? default, 50, CancellationToken.None);
            pages.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        Console.WriteLine($"Before the index, looking for a subject that nobody is took {pages.Sum():N0} ms: {pages.Count} pages of {pages.Max():N0} ms at most.");
    }

    static async Task WriteAsync(FilledDatabase database, TimeSpan length, int rounds, TimeSpan pace)
    {
        var measured = Kinds.Select(_ => new List<(double Rate, double P50, double P99)>()).ToArray();
        for (var i = 0; i <= rounds; i++)
        {
            for (var kind = 0; kind < Kinds.Length; kind++)
            {
                await using var store = database.Open();
                var one = await Writing.RoundAsync(store, Kinds[kind].IsIndexed, length, pace);
                if (i > 0) measured[kind].Add(one);
            }
        }

        Console.WriteLine($"callers with pauses of {pace.TotalMilliseconds} ms");
        Writing.Print([.. Kinds.Select(kind => kind.Name)], measured);
    }
}
