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

    /// <summary>A node that runs further ahead of the database signs tokens that a revocation would miss; its own keys' times allow as much.</summary>
    public const long MostAhead = 5 * 60 * 1000;

    /// <summary>A node that runs further behind takes expired tokens for good ones. As much leeway as <c>iat</c> and <c>nbf</c> have.</summary>
    public const long MostBehind = 60 * 1000;

    long _lastStamp;

    /// <summary>What stands for the database's clock; null where it counts itself.</summary>
    public long? Instead => isOfDatabase ? null : Node;

    /// <summary>This node's own clock, milliseconds since 1970.</summary>
    public long Node => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Asked before anything that was judged by this node's clock leaves it.</summary>
    /// <param name="node">This node's clock, when it was judged.</param>
    /// <param name="now">The database's clock, a moment later.</param>
    /// <exception cref="StoreUnavailableException">The two are too far apart.</exception>
    public static void Check(long node, long now)
    {
        var ahead = node - now;
        if (ahead > MostAhead)
            throw new StoreUnavailableException($"The clock of this node is {ahead / 1000} s ahead of the database's. Set it right: a revocation would not reach the tokens it dates");
        if (ahead < -MostBehind)
            throw new StoreUnavailableException($"The clock of this node is {-ahead / 1000} s behind the database's. Set it right: it takes expired tokens for good ones");
    }

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
