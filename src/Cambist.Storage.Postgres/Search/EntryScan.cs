using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>Reads entries by range of id, newest first. The database passes over what cannot fit a filter, so that only what may is carried over and decoded.</summary>
static class EntryScan
{
    const string Page = "SELECT id, entry FROM cambist.decisions WHERE id >= $1 AND id < $2";
    const int MostAtOnce = 1000;

    /// <summary>Adds what fits, until there is enough.</summary>
    public static async Task ReadAsync(NpgsqlConnection connection, DecisionFilter filter, DecisionId from, DecisionId until, int limit, List<LedgerEntry> found, CancellationToken cancellationToken)
    {
        var needles = new EntrySieve(filter).Needles;
        var conditions = string.Concat(needles.Select((_, i) => $" AND position(${i + 3}::bytea IN entry) > 0"));
        while (found.Count < limit)
        {
            var size = Math.Min(limit - found.Count, MostAtOnce);
            await using var ask = new NpgsqlBatch(connection);
            var command = ask.Add($"{Page}{conditions} ORDER BY id DESC LIMIT {size}").With(DecisionRows.GuidOf(from)).With(DecisionRows.GuidOf(until));
            foreach (var needle in needles) command.With(needle);
            var entries = new List<LedgerEntry>();
            await using (var rows = await ask.ExecuteReaderAsync(cancellationToken))
                while (await rows.ReadAsync(cancellationToken)) entries.Add(DecisionRows.Read(rows));
            found.AddRange(entries.Where(filter.Fits));
            if (entries.Count < size) return;
            until = entries[^1].Id;
        }
    }
}
