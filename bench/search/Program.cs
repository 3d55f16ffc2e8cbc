// What searches cost with few entries and with many, and what building their index costs those who write.
//
//   dotnet run -c Release --project bench/search [MANY] [FEW] [LOOKUPS_OF_A_KIND] [SECONDS_A_ROUND] [ROUNDS]
//
// Ten million entries want about 10 GB in the temporary folder (TMPDIR).
using System.Diagnostics;
using Cambist;
using Cambist.SearchBench;

var (many, few, lookUps, seconds, rounds) = (Argument(0, 10_000_000), Argument(1, 10_000), Argument(2, 100), Argument(3, 3), Argument(4, 5));
var folder = Directory.CreateTempSubdirectory("cambist-search-").FullName;
try
{
    var small = await MadeStore.MakeAsync(Path.Combine(folder, "few.db"), few);
    var large = await MadeStore.MakeAsync(Path.Combine(folder, "many.db"), many);

    await using (var store = large.Open())
    {
        var begin = Stopwatch.GetTimestamp();
        await store.Decisions.PageAsync(new() { Subject = "nobody" }, default, 50, CancellationToken.None);
        Console.WriteLine($"Without an index, looking for a subject that nobody is took {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:N0} ms.");
    }

    foreach (var made in new[] { small, large }) await made.IndexAsync();
    await using (Store fewStore = small.Open(), manyStore = large.Open())
    {
        Console.WriteLine($"{"a page of 50: ms",-28} {few,12:N0} {"p95",8} {"found",6} {many,14:N0} {"p95",8} {"found",6} {"ratio",7}");
        for (var kind = 0; kind < LookUps.Names.Length; kind++)
        {
            await LookUps.TimeAsync(fewStore, small.Filling, kind, lookUps / 4, small.Times);
            var (inFew, foundFew) = await LookUps.TimeAsync(fewStore, small.Filling, kind, lookUps, small.Times);
            var (inMany, foundMany) = await LookUps.TimeAsync(manyStore, large.Filling, kind, lookUps, large.Times);
            Console.WriteLine(
                $"{LookUps.Names[kind],-28} {Median(inFew),12:0.00} {inFew[^(lookUps / 20)],8:0.00} {foundFew,6:0.0} {Median(inMany),14:0.00} {inMany[^(lookUps / 20)],8:0.00} {foundMany,6:0.0} {Median(inMany) / Median(inFew),7:0.0}");
        }
    }

    await Writing.MeasureAsync(folder, TimeSpan.FromSeconds(seconds), rounds);
}
finally
{
    Directory.Delete(folder, recursive: true);
}

static double Median(double[] sorted) => sorted[sorted.Length / 2];

int Argument(int index, int otherwise) => args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
