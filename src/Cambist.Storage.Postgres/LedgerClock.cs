namespace Cambist.Storage.Postgres;

/// <summary>
/// The ledger's clock: the database's, which all nodes share. Any clock but the system's, which is a test's, is taken in its stead.
/// Knows the stamp (milliseconds and counter) of the last id that this node was given.
/// </summary>
/// <param name="clock">This node's.</param>
/// <param name="isOfDatabase">Whether the database's clock counts.</param>
sealed class LedgerClock(TimeProvider clock, bool isOfDatabase)
{
    /// <summary>The database's milliseconds, or the parameter that stands for them.</summary>
    public const string Now = "coalesce($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)";

    long _lastStamp;

    /// <summary>What stands for the database's clock; null where it counts itself.</summary>
    public long? Instead => isOfDatabase ? null : Node;

    /// <summary>This node's own clock, milliseconds since 1970.</summary>
    public long Node => clock.GetUtcNow().ToUnixTimeMilliseconds();

    public long LastStamp => Interlocked.Read(ref _lastStamp);

    public void Gave(long stamp)
    {
        for (var last = LastStamp; stamp > last;)
        {
            var seen = Interlocked.CompareExchange(ref _lastStamp, stamp, last);
            if (seen == last) return;
            last = seen;
        }
    }
}
