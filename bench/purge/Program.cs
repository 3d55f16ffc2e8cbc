// What removing old entries and one-time keys costs those who write new ones, at the store: rounds on an empty store, on a full one of
// which nothing is due, and on the same one while all of it is removed, interleaved in one run.
//
//   dotnet run -c Release --project bench/purge [OLD] [SECONDS_A_ROUND] [ROUNDS] [CALLERS] [KEYS_AN_ENTRY]
using System.Diagnostics;
using Cambist.PurgeBench;

var old = Argument(0, 1_000_000);
var seconds = Argument(1, 4);
var rounds = Argument(2, 5);
var callers = Argument(3, 64);
var keys = Argument(4, 1);

var folder = Directory.CreateTempSubdirectory("cambist-purge-").FullName;
try
{
    var watch = Stopwatch.StartNew();
    var full = Path.Combine(folder, "full.db");
    await Filling.FillAsync(full, old);
    Console.WriteLine($"{old:N0} entries and as many one-time keys, {new FileInfo(full).Length / 1048576} MiB, made in {watch.Elapsed.TotalSeconds:0} s; {callers} callers, {keys} keys an entry; {rounds} rounds of {seconds} s after a first of each that is not counted");

    var kinds = new Kind[] { new("empty store", null, IsDue: false), new("full, nothing due", full, IsDue: false), new("full, being purged", full, IsDue: true) };
    var measured = kinds.ToDictionary(kind => kind, _ => new List<Round>());
    for (var round = 0; round <= rounds; round++)
    {
        foreach (var kind in kinds)
        {
            var one = await Round.RunAsync(folder, kind, callers, keys, TimeSpan.FromSeconds(seconds));
            if (round > 0) measured[kind].Add(one);
        }
    }

    Report.Print(kinds, measured);
}
finally
{
    Directory.Delete(folder, recursive: true);
}

int Argument(int index, int otherwise) => args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
