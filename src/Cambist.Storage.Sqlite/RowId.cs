namespace Cambist.Storage.Sqlite;

/// <summary>Decision ids as row ids: milliseconds and counter, which are unique in a store and rise.</summary>
static class RowId
{
    public static long Of(DecisionId id) => (long)(id.Value >> 64);

    /// <summary>An id not above any with this row id.</summary>
    public static DecisionId FirstOf(long rowId) => new((UInt128)(ulong)rowId << 64);

    /// <summary>An id not below any with this row id.</summary>
    public static DecisionId LastOf(long rowId) => new(((UInt128)(ulong)rowId << 64) | ulong.MaxValue);
}
