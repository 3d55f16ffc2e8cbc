using System.Diagnostics;
using System.Globalization;
using Cambist.Storage.Postgres;
using Npgsql;

namespace Cambist.SearchBench;

/// <summary>A database full of entries.</summary>
sealed record FilledDatabase(string Server, string Name, Filling Filling, int Entries)
{
    const int AtOnce = 2048;

    string Connection => new NpgsqlConnectionStringBuilder(Server) { Database = Name }.ConnectionString;

    /// <summary>Takes what is there if it was kept.</summary>
    public static async Task<FilledDatabase> MakeAsync(string server, string name, int entries, int days)
    {
        var made = new FilledDatabase(server, name, new(entries), entries);
        if (await RunAsync(server, $"SELECT 1 FROM pg_database WHERE datname = '{name}'") == "1")
        {
            await made.Filling.FillAsync((_, _) => Task.CompletedTask, AtOnce);
            return made;
        }

        await RunAsync(server, $"CREATE DATABASE {name}");
        var (watch, clock) = (Stopwatch.StartNew(), new Past(days));
        await using (var store = PostgresStore.Open(made.Connection, clock))
        {
            await made.Filling.FillAsync((batch, share) =>
            {
                clock.Share = share;
                return Filling.CommitAsync(store, batch);
            }, AtOnce);
        }

        var (filled, size) = (watch.Elapsed.TotalSeconds, await made.SizeAsync());
        await RunAsync(made.Connection, ByKey.Filling(entries));
        Console.WriteLine(
            $"{entries:N0} entries of {made.Filling.Subjects:N0} people in {days} days: {size:N0} MiB, in {filled:0} s; as many one-time keys and tokens: {await made.SizeAsync() - size:N0} MiB, in {watch.Elapsed.TotalSeconds - filled:0} s");
        return made;
    }

    public Store Open() => PostgresStore.Open(Connection, TimeProvider.System);

    /// <summary>Until nothing is left to merge either.</summary>
    public async Task IndexAsync()
    {
        var (watch, before) = (Stopwatch.StartNew(), await SizeAsync());
        await using var store = PostgresStore.Open(Connection, new Later());
        var (calls, longest, runs, caughtUp) = (0, TimeSpan.Zero, "", 0.0);
        for (var isLeft = true; isLeft; calls++)
        {
            var begin = Stopwatch.GetTimestamp();
            var until = await store.Decisions.IndexAsync(CancellationToken.None);
            if (Stopwatch.GetElapsedTime(begin) is var took && took > longest) longest = took;
            var now = await RunAsync(Connection, "SELECT string_agg(level || ': ' || runs, ', ') FROM (SELECT level, count(*) AS runs FROM cambist.search_runs GROUP BY level ORDER BY level) AS levels");
            var isBehind = until < TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            if (!isBehind && caughtUp == 0) caughtUp = watch.Elapsed.TotalSeconds;
            isLeft = isBehind || now != runs;
            runs = now;
        }

        var pages = await RunAsync(Connection, "SELECT sum(length(postings)) / 1048576 FROM cambist.search_pages");
        Console.WriteLine(
            $"Indexed in {caughtUp:0} s and merged in {watch.Elapsed.TotalSeconds:0} s, {calls} calls of {longest.TotalMilliseconds:N0} ms at most; the database grew by {await SizeAsync() - before:N0} MiB, of which pages hold {pages} MiB; runs by level: {runs}");
    }

    /// <summary>It, with ids of entries from all of its time.</summary>
    public async Task<Place> PlaceAsync(Store store)
    {
        var (oldest, newest) = (await MillisecondsAsync("ASC"), await MillisecondsAsync("DESC"));
        var decisions = new List<DecisionId>();
        for (var i = 0; i < 500; i++)
        {
            var before = oldest + ((newest - oldest) * (i + 1) / 500);
            decisions.AddRange((await store.Decisions.PageAsync(new() { Until = before }, default, 1, CancellationToken.None)).Select(entry => entry.Id));
        }

        return new(store, Filling, (oldest, newest), [.. decisions], Entries);
    }

    public Task DropAsync() => RunAsync(Server, $"DROP DATABASE {Name} WITH (FORCE)");

    async Task<long> MillisecondsAsync(string order) =>
        DecisionId.TryParse((await RunAsync(Connection, $"SELECT replace(id::text, '-', '') FROM cambist.decisions ORDER BY id {order} LIMIT 1")), out var id) ? id.Milliseconds : 0;

    async Task<long> SizeAsync() => long.Parse(await RunAsync(Connection, "SELECT pg_database_size(current_database()) / 1048576"), CultureInfo.InvariantCulture);

    static async Task<string> RunAsync(string connection, params string[] statements)
    {
        await using var open = new NpgsqlConnection(connection + ";Pooling=false;Command Timeout=0");
        await open.OpenAsync();
        object? answer = null;
        foreach (var sql in statements)
        {
            await using var command = new NpgsqlCommand(sql, open);
            answer = await command.ExecuteScalarAsync();
        }

        return answer?.ToString() ?? "";
    }
}
