// What a replay of many decisions takes: seconds and memory of the real command, on stores that the real formats filled.
//
//   dotnet run -c Release --project bench/replay [ENTRIES] [ROUNDS] [CONNECTION]
//
// A million entries want about 1 GB in the temporary folder (TMPDIR). CONNECTION names an empty database on PostgreSQL; it is filled, and left.
using System.Diagnostics;
using System.Globalization;
using Cambist.ReplayBench;
using Cambist.Storage.Postgres;
using Cambist.Storage.Sqlite;

var entries = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
var folder = Directory.CreateTempSubdirectory("cambist-replay-").FullName;
try
{
    var (sqlite, draft) = (Path.Combine(folder, "cambist.db"), Path.Combine(folder, "draft.yaml"));
    await File.WriteAllTextAsync(draft, Registries.Draft);
    var storage = args.Length > 2 ? args[2] : "sqlite:" + sqlite;
    await using (var store = args.Length > 2 ? PostgresStore.Open(storage, TimeProvider.System) : SqliteStore.Open(sqlite, TimeProvider.System))
    {
        var watch = Stopwatch.StartNew();
        await new Filling(entries).FillAsync(store, args.Length > 2 ? 1024 : 64);
        Console.WriteLine($"{entries:N0} entries in {watch.Elapsed.TotalSeconds:N0} s");
    }

    for (var round = 0; round < rounds; round++) await Measured.RunAsync(storage, draft, shows: round == 0);
}
finally
{
    Directory.Delete(folder, recursive: true);
}
