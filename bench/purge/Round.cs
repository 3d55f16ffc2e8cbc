using System.Diagnostics;
using Cambist.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Cambist.PurgeBench;

/// <param name="Name">For the table.</param>
/// <param name="Store">A store to copy; null for an empty one.</param>
/// <param name="IsDue">Whether what is in it has had its time.</param>
sealed record Kind(string Name, string? Store, bool IsDue);

/// <summary>What one round gave.</summary>
/// <param name="Rate">Commits a second.</param>
/// <param name="P50">Median of a commit's time, milliseconds.</param>
/// <param name="P99">99 of 100 commits took no longer, milliseconds.</param>
/// <param name="Entries">Old entries that are left.</param>
/// <param name="Keys">Old keys that are left.</param>
sealed record Round(double Rate, double P50, double P99, long Entries, long Keys)
{
    public static async Task<Round> RunAsync(string folder, Kind kind, int callers, int keys, TimeSpan length)
    {
        var path = Path.Combine(folder, "round.db");
        foreach (var left in Directory.GetFiles(folder, "round.db*")) File.Delete(left);
        if (kind.Store is not null) File.Copy(kind.Store, path);

        // By a clock by which the old is young, nothing is due.
        var clock = new ShiftedClock(kind.IsDue ? TimeSpan.Zero : -Filling.Age);
        var keepUntil = (clock.GetUtcNow() + Filling.KeyLife).ToUnixTimeMilliseconds();
        double rate;
        double[] sorted;
        await using (var store = SqliteStore.Open(path, clock, new() { AuditRetention = TimeSpan.FromDays(90) }))
        {
            var watch = Stopwatch.StartNew();
            var times = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CommitAsync(store, keepUntil, keys, watch, length))));
            rate = times.Sum(one => one.Count) / watch.Elapsed.TotalSeconds;
            sorted = [.. times.SelectMany(one => one).Order()];
        }

        return new(rate, sorted[sorted.Length / 2], sorted[(int)(sorted.Length * 0.99)],
            Ask(path, "SELECT ifnull(sum(count), 0) FROM decisions WHERE last >> 16 < ?"), Ask(path, "SELECT count(*) FROM one_time_keys WHERE keep_until < ?"));
    }

    static async Task<List<double>> CommitAsync(Store store, long keepUntil, int keys, Stopwatch watch, TimeSpan length)
    {
        var times = new List<double>();
        while (watch.Elapsed < length)
        {
            var begin = Stopwatch.GetTimestamp();
            await store.Ledger.CommitAsync(Filling.Entry(keepUntil, keys), CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        return times;
    }

    static long Ask(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql.Replace("?", "$old", StringComparison.Ordinal);
        command.Parameters.AddWithValue("$old", (ShiftedClock.Today - (Filling.Age / 2)).ToUnixTimeMilliseconds());
        return (long)command.ExecuteScalar()!;
    }
}
