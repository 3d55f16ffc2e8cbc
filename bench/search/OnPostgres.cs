using System.Diagnostics;
using Cambist.Storage.Postgres;
using Npgsql;

namespace Cambist.SearchBench;

/// <summary>The same on PostgreSQL.</summary>
static class OnPostgres
{
    static readonly (string Name, bool IsIndexed)[] Kinds = [("no index", false), ("an index", true)];

    public static async Task MeasureAsync(string server, int many, int few, int lookUps, TimeSpan round, int rounds)
    {
        var (small, large) = (await MakeAsync(server, "search_few", few), await MakeAsync(server, "search_many", many));
        await using (Store fewStore = Open(small.Connection), manyStore = Open(large.Connection))
        {
            var begin = Stopwatch.GetTimestamp();
            try
            {
                await manyStore.Decisions.PageAsync(new() { Subject = "nobody" }, default, 50, CancellationToken.None);
            }
            catch (StoreUnavailableException)
            {
                Console.WriteLine("It gave up:");
            }

            Console.WriteLine($"Without an index, looking for a subject that nobody is took {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:N0} ms.");
            await IndexAsync(small.Connection);
            await IndexAsync(large.Connection);
            await LookUps.CompareAsync((fewStore, small.Filling, small.Times), (manyStore, large.Filling, large.Times), lookUps);
        }

        foreach (var pace in new[] { TimeSpan.Zero, TimeSpan.FromMilliseconds(20) })
        {
            var measured = Kinds.Select(_ => new List<(double Rate, double P50, double P99)>()).ToArray();
            for (var i = 0; i <= rounds; i++)
            {
                for (var kind = 0; kind < Kinds.Length; kind++)
                {
                    await using var store = Open(small.Connection);
                    var one = await Writing.RoundAsync(store, Kinds[kind].IsIndexed, round, pace);
                    if (i > 0) measured[kind].Add(one);
                }
            }

            Console.WriteLine($"callers with pauses of {pace.TotalMilliseconds} ms");
            Writing.Print([.. Kinds.Select(kind => kind.Name)], measured);
        }

        foreach (var name in new[] { "search_few", "search_many" }) await RunAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
    }

    static async Task<(string Connection, Filling Filling, (long From, long Until) Times)> MakeAsync(string server, string name, int entries)
    {
        await RunAsync(server, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        await RunAsync(server, $"CREATE DATABASE {name}");
        var connection = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;
        var (watch, from, filling) = (Stopwatch.StartNew(), Now, new Filling(entries));
        await using (var store = Open(connection)) await filling.FillAsync(store, 1024);
        Console.WriteLine($"{entries:N0} entries of {filling.Subjects:N0} people, {await SizeAsync(connection):N0} MiB, in {watch.Elapsed.TotalSeconds:0} s");
        return (connection, filling, (from, Now));
    }

    static async Task IndexAsync(string connection)
    {
        var (watch, before) = (Stopwatch.StartNew(), await SizeAsync(connection));
        await using var store = PostgresStore.Open(connection, new Later());
        var (calls, longest, runs) = (0, TimeSpan.Zero, "");
        for (var isLeft = true; isLeft; calls++)
        {
            var begin = Stopwatch.GetTimestamp();
            var until = await store.Decisions.IndexAsync(CancellationToken.None);
            if (Stopwatch.GetElapsedTime(begin) is var took && took > longest) longest = took;
            var now = await RunAsync(connection, "SELECT string_agg(level || ': ' || runs, ', ') FROM (SELECT level, count(*) AS runs FROM cambist.search_runs GROUP BY level ORDER BY level) AS levels");
            isLeft = until < Now || now != runs;
            runs = now;
        }

        var pages = await RunAsync(connection, "SELECT sum(length(postings)) / 1048576 FROM cambist.search_pages");
        Console.WriteLine(
            $"Indexed in {watch.Elapsed.TotalSeconds:0} s, {calls} calls of {longest.TotalMilliseconds:N0} ms at most; the database grew by {await SizeAsync(connection) - before:N0} MiB, of which pages hold {pages} MiB; runs by level: {runs}");
    }

    static Store Open(string connection) => PostgresStore.Open(connection, TimeProvider.System);

    static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    static async Task<long> SizeAsync(string connection) => long.Parse(await RunAsync(connection, "SELECT pg_database_size(current_database()) / 1048576"), System.Globalization.CultureInfo.InvariantCulture);

    static async Task<string> RunAsync(string connection, string sql)
    {
        await using var open = new NpgsqlConnection(connection + ";Pooling=false");
        await open.OpenAsync();
        await using var command = new NpgsqlCommand(sql, open);
        return (await command.ExecuteScalarAsync())?.ToString() ?? "";
    }
}
