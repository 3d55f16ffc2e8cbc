using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// The latest expiries that this node has put into the store, an hour more than was needed, so that they are written once an hour and not
/// with every batch. The store's own may be higher, by other nodes.
/// </summary>
readonly record struct RecordedMarks(long LatestExpiry, long LatestExternalExpiry)
{
    const long Hour = 60 * 60 * 1000;

    // The last row that a transaction touches: whoever waits for it holds nothing that its holder wants.
    const string Raise = "UPDATE cambist.marks SET latest_expiry = greatest(latest_expiry, $1), latest_external_expiry = greatest(latest_external_expiry, $2)";

    /// <summary>Whether they could be raised; raises nothing.</summary>
    public const string Rehearsal = "UPDATE cambist.marks SET latest_expiry = latest_expiry WHERE false";

    public RecordedMarks With(ReadOnlySpan<PendingEntry> batch)
    {
        var marks = this;
        foreach (var pending in batch) marks = marks.With(pending.Entry);
        return marks;
    }

    public RecordedMarks With(LedgerEntry entry)
    {
        var expiry = entry.ExpiresAt ?? 0;
        for (var i = 0; i < entry.Stores.Count; i++) expiry = Math.Max(expiry, entry.Stores[i].ExpiresAt);
        return new(
            expiry > LatestExpiry ? expiry + Hour : LatestExpiry,
            entry.ExternalUntil > LatestExternalExpiry ? entry.ExternalUntil + Hour : LatestExternalExpiry);
    }

    public void AppendTo(NpgsqlBatch batch) => batch.Add(Raise).With(LatestExpiry).With(LatestExternalExpiry);
}
