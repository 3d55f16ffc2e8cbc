using System.Globalization;
using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>The ledger's partitions, one a day (UTC) of decision ids, each with one of the search index: made ahead, and dropped whole once all of the day is beyond its retention.</summary>
sealed class Partitions(Connections connections, LedgerClock clock)
{
    public const long Day = 24 * 60 * 60 * 1000;
    const int DaysAhead = 2;
    const string Prefix = "decisions_";

    // The day that the next id falls into, which may be ahead of the clock.
    const string Today = $"SELECT greatest({LedgerClock.Now}, $2, separated_at + 1, search_cut + 1) FROM cambist.marks";

    const string Names = "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'cambist.decisions'::regclass";

    /// <summary>Makes today's partition and those of the next two days, where they are missing; one node at a time.</summary>
    public Task MakeAsync(CancellationToken cancellationToken) => connections.UseAsync(connection => MakeAsync(connection, cancellationToken), cancellationToken);

    async Task MakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var first = await TodayAsync(connection, cancellationToken);
        var existing = await NamesAsync(connection, cancellationToken);
        if (Enumerable.Range(0, DaysAhead + 1).All(i => existing.Contains(Name(first + i)))) return;

        await Connections.RunAsync(connection, Sql.Begin, Sql.LockPartitions);
        existing = await NamesAsync(connection, cancellationToken); // another node may have been first
        for (var day = first; day <= first + DaysAhead; day++)
        {
            if (existing.Contains(Name(day))) continue;
            // Attaching a table lets commits go on; making it as a partition would lock them out.
            await Connections.RunAsync(
                connection,
                $"CREATE TABLE cambist.{Name(day)} (LIKE cambist.decisions INCLUDING ALL)",
                $"ALTER TABLE cambist.decisions ATTACH PARTITION cambist.{Name(day)} FOR VALUES FROM ('{Bound(day)}') TO ('{Bound(day + 1)}')",
                $"CREATE TABLE cambist.{SearchName(day)} (LIKE cambist.search_pages INCLUDING ALL)",
                $"ALTER TABLE cambist.search_pages ATTACH PARTITION cambist.{SearchName(day)} FOR VALUES IN ({day})");
        }

        await Connections.RunAsync(connection, Sql.Commit);
    }

    /// <summary>Drops the partitions of days that ended before an instant. Where a long search is in the way it is left for the next time.</summary>
    public async Task DropAsync(long endedBefore, CancellationToken cancellationToken)
    {
        var names = await connections.UseAsync(connection => NamesAsync(connection, cancellationToken), cancellationToken);
        foreach (var name in names)
        {
            if (!TryParse(name, out var day) || (day + 1) * Day > endedBefore) continue;
            try
            {
                // Dropping locks commits out while it waits, so it hardly waits. Another node may have been first.
                await connections.UseAsync(
                    connection => Connections.RunAsync(
                        connection,
                        Sql.Begin, "SET LOCAL lock_timeout = 200",
                        $"DROP TABLE IF EXISTS cambist.{name}, cambist.{SearchName(day)}", $"DELETE FROM cambist.search_runs WHERE day = {day}",
                        Sql.Commit),
                    cancellationToken);
            }
            catch (StoreUnavailableException e) when (e.InnerException is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
            {
                return;
            }
        }
    }

    async Task<long> TodayAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add(Today).WithNullable(clock.Instead).With(clock.LastStamp >> 16);
        return (long)(await batch.ExecuteScalarAsync(cancellationToken))! / Day;
    }

    static async Task<HashSet<string>> NamesAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        await using var ask = new NpgsqlCommand(Names, connection);
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) names.Add(rows.GetString(0));
        return names;
    }

    static string Name(long day) => Prefix + Date(day);

    static string SearchName(long day) => "search_" + Date(day);

    static string Date(long day) => DateOnly.FromDayNumber((int)day + DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber).ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    static bool TryParse(string name, out long day)
    {
        var isDay = DateOnly.TryParseExact(name.AsSpan(Math.Min(Prefix.Length, name.Length)), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date);
        day = date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
        return isDay;
    }

    static string Bound(long day) => DecisionId.FirstOf(day * Day).ToString();
}
