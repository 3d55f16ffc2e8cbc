// What searches cost with few entries and with many, and what building their index costs those who write.
//
//   dotnet run -c Release --project bench/search [MANY] [FEW] [LOOKUPS_OF_A_KIND] [SECONDS_A_ROUND] [ROUNDS]
//
// Ten million entries want about 10 GB in the temporary folder (TMPDIR).
//
//   dotnet run -c Release --project bench/search postgres CONNECTION [MANY] [FEW] [LOOKUPS_OF_A_KIND] [SECONDS_A_ROUND] [ROUNDS] [DAYS]
//
// makes the databases search_few and search_many on that server, their entries spread over so many days, and drops them in the end; with KEEP=1 it
// leaves them, and the next run takes what it finds.
using System.Diagnostics;
using Cambist;
using Cambist.SearchBench;

if (args is ["postgres", var connection, .. var rest])
{
    args = rest;
    await OnPostgres.MeasureAsync(connection, Argument(0, 10_000_000), Argument(1, 10_000), Argument(2, 100), TimeSpan.FromSeconds(Argument(3, 3)), Argument(4, 5), Argument(5, 10));
    return;
}

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
        await LookUps.CompareAsync(LookUps.Searches, new(fewStore, small.Filling, small.Times, [], 0), new(manyStore, large.Filling, large.Times, [], 0), lookUps, rounds);

    await Writing.MeasureAsync(folder, TimeSpan.FromSeconds(seconds), rounds);
}
finally
{
    Directory.Delete(folder, recursive: true);
}

int Argument(int index, int otherwise) => args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
