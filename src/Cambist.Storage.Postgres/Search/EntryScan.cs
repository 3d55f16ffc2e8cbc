using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Reads entries by range of id, newest first. The database passes over what cannot fit a filter, so that only what may is carried over and
/// decoded; and reads only so much of the ledger before it gives up, so that no statement takes long.
/// </summary>
sealed class EntryScan(NpgsqlConnection connection, DecisionFilter filter, int limit, int mostRead, List<LedgerEntry> found, CancellationToken cancellationToken)
{
    const string Stretch = "FROM cambist.decisions WHERE id >= $1 AND id < $2 ORDER BY id DESC";
    const string LastOfStretch = $"SELECT id {Stretch} LIMIT 1 OFFSET $3 - 1";
    const int MostAtOnce = 1000;

    /// <summary>Adds what fits, until there is enough.</summary>
    /// <returns>Where it gave up: from there on all was read. None where it did not.</returns>
    public async Task<DecisionId> ReadAsync(DecisionId from, DecisionId until)
    {
        for (long left = mostRead; found.Count < limit;)
        {
            var size = (int)Math.Min(Math.Min(limit - found.Count, MostAtOnce), left);
            var entries = await ThatMayFitAsync(from, until, left, size);
            var before = found.Count;
            found.AddRange(entries.Where(filter.Fits));
            if (entries.Count < size) return await LastOfStretchAsync(from, until, left);
            until = entries[^1].Id;
            left -= size - (found.Count - before);
            if (left == 0) return until;
        }

        return default;
    }

    async Task<List<LedgerEntry>> ThatMayFitAsync(DecisionId from, DecisionId until, long stretch, int size)
    {
        var needles = new EntrySieve(filter).Needles;
        var conditions = needles.Select((_, i) => $"position(${i + 4}::bytea IN entry) > 0").ToArray();
        var where = conditions.Length == 0 ? "" : "WHERE " + string.Join(" AND ", conditions);
        await using var ask = new NpgsqlBatch(connection);
        var command = ask.Add($"SELECT id, entry FROM (SELECT id, entry {Stretch} LIMIT $3) AS stretch {where} ORDER BY id DESC LIMIT {size}")
            .With(DecisionRows.GuidOf(from)).With(DecisionRows.GuidOf(until)).With(stretch);
        foreach (var needle in needles) command.With(needle);
        var entries = new List<LedgerEntry>();
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) entries.Add(DecisionRows.Read(rows));
        return entries;
    }

    /// <summary>None where the range has no more entries than the stretch.</summary>
    async Task<DecisionId> LastOfStretchAsync(DecisionId from, DecisionId until, long stretch)
    {
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(LastOfStretch).With(DecisionRows.GuidOf(from)).With(DecisionRows.GuidOf(until)).With(stretch);
        return await ask.ExecuteScalarAsync(cancellationToken) is Guid id ? DecisionRows.IdOf(id) : default;
    }
}
