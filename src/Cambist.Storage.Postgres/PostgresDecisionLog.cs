using System.Buffers;
using Cambist.Protocol;

namespace Cambist.Storage.Postgres;

/// <summary>Reads entries by range of id, newest first. The database passes over what cannot fit a filter, so that only what may is carried over and decoded.</summary>
sealed class PostgresDecisionLog(Connections connections) : IDecisionLog
{
    const string ById = "SELECT id, entry FROM cambist.decisions WHERE id = $1";
    const string Page = "SELECT id, entry FROM cambist.decisions WHERE id >= $1 AND id < $2";
    const int MostAtOnce = 1000;

    static readonly DecisionId End = new(UInt128.MaxValue);

    public ValueTask<LedgerEntry?> FindAsync(DecisionId id, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            ask => ask.Add(ById).With(DecisionRows.GuidOf(id)),
            async row => await row.ReadAsync(cancellationToken) ? DecisionRows.Read(row) : null,
            cancellationToken);

    public async ValueTask<IReadOnlyList<LedgerEntry>> PageAsync(DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken)
    {
        var found = new List<LedgerEntry>();
        var from = DecisionId.FirstOf(Milliseconds(filter.From ?? 0));
        var until = before.IsNone ? End : before;
        if (filter.Until is { } end && DecisionId.FirstOf(Milliseconds(end)) is var last && last < until) until = last;
        var needles = Needles(filter);
        while (found.Count < limit)
        {
            var size = Math.Min(limit - found.Count, MostAtOnce);
            var rows = await ReadAsync(from, until, needles, size, cancellationToken);
            found.AddRange(rows.Where(filter.Fits));
            if (rows.Count < size) break;
            until = rows[^1].Id;
        }

        return found;
    }

    ValueTask<List<LedgerEntry>> ReadAsync(DecisionId from, DecisionId until, List<byte[]> needles, int size, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            ask =>
            {
                var conditions = string.Concat(needles.Select((_, i) => $" AND position(${i + 3}::bytea IN entry) > 0"));
                var command = ask.Add($"{Page}{conditions} ORDER BY id DESC LIMIT {size}").With(DecisionRows.GuidOf(from)).With(DecisionRows.GuidOf(until));
                foreach (var needle in needles) command.With(needle);
            },
            async row =>
            {
                var entries = new List<LedgerEntry>();
                while (await row.ReadAsync(cancellationToken)) entries.Add(DecisionRows.Read(row));
                return entries;
            },
            cancellationToken);

    static long Milliseconds(long instant) => Math.Clamp(instant, 0, (1L << 47) - 1);

    /// <summary>What must stand in an entry that fits, as <see cref="LedgerEntryJson"/> writes it.</summary>
    static List<byte[]> Needles(DecisionFilter filter)
    {
        var needles = new List<byte[]>();
        if (filter.Client is { } client) needles.Add([.. "\"client\":"u8, .. Written(client)]);
        if (filter.Subject is { } subject) needles.Add([.. "\"sub\":"u8, .. Written(subject)]);
        if (filter.Reason is { } reason && reason != Reason.None) needles.Add([.. "\"reason\":"u8, .. Written(reason.WireName())]);
        if (filter.Lineage is { } lineage) needles.Add(Written(lineage)[..^1]); // it, or an id that begins with it
        return needles;
    }

    static byte[] Written(string text)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = LedgerEntryJson.CreateWriter(bytes)) writer.WriteStringValue(text);
        return bytes.WrittenSpan.ToArray();
    }
}
