using System.Diagnostics;
using Cambist.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Cambist.SearchBench;

/// <summary>A store full of entries.</summary>
sealed record MadeStore(string Path, Filling Filling, (long From, long Until) Times)
{
    public static async Task<MadeStore> MakeAsync(string path, int entries)
    {
        var watch = Stopwatch.StartNew();
        var from = Now;
        var filling = new Filling(entries);
        await using (var store = SqliteStore.Open(path, TimeProvider.System)) await filling.FillAsync((batch, _) => Filling.CommitAsync(store, batch), 64);
        Console.WriteLine($"{entries:N0} entries of {filling.Subjects:N0} people, {Size(path):N0} MiB, in {watch.Elapsed.TotalSeconds:0} s");
        return new(path, filling, (from, Now));
    }

    public Store Open() => SqliteStore.Open(Path, TimeProvider.System);

    /// <summary>Until nothing is left to merge either.</summary>
    public async Task IndexAsync()
    {
        var watch = Stopwatch.StartNew();
        var before = Size(Path);
        await using var store = SqliteStore.Open(Path, new Later());
        var (calls, longest) = (0, TimeSpan.Zero);
        for (var isLeft = true; isLeft; calls++)
        {
            var begin = Stopwatch.GetTimestamp();
            var until = await store.Decisions.IndexAsync(CancellationToken.None);
            if (Stopwatch.GetElapsedTime(begin) is var took && took > longest) longest = took;
            isLeft = until < Times.Until || Ask("SELECT count(*) FROM search_runs WHERE state <> 1") != "0" || Ask("SELECT max(runs) >= 16 FROM (SELECT count(*) runs FROM search_runs GROUP BY level)") != "0";
        }

        Console.WriteLine(
            $"Indexed in {watch.Elapsed.TotalSeconds:0} s, {calls} calls of {longest.TotalMilliseconds:N0} ms at most; the file grew by {Size(Path) - before:N0} MiB, of which pages hold {Ask("SELECT sum(length(postings)) / 1048576 FROM search_pages")} MiB; runs by level: {Ask("SELECT group_concat(level || ': ' || runs, ', ') FROM (SELECT level, count(*) runs FROM search_runs GROUP BY level)")}");
    }

    static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    static long Size(string path) => new FileInfo(path).Length / 1048576;

    string Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString() ?? "";
    }
}
