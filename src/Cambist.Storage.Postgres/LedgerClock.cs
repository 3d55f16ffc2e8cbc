namespace Cambist.Storage.Postgres;

/// <summary>
/// The ledger's clock: the database's, which all nodes share, so that nothing is dated or judged by a node's own. Between two answers of the
/// database it goes on by what this machine counts, which no setting of its time moves. Any clock but the system's, which is a test's, is
/// taken in its stead. Knows the stamp (milliseconds and counter) of the last id that this node was given, too.
/// </summary>
/// <param name="clock">This node's.</param>
/// <param name="isOfDatabase">Whether the database's clock counts.</param>
sealed class LedgerClock(TimeProvider clock, bool isOfDatabase) : TimeProvider
{
    /// <summary>The database's milliseconds, or the parameter that stands for them.</summary>
    public const string Now = "coalesce($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)";

    /// <summary>A node whose own clock is further ahead of the database's, or further behind, has something wrong with it and says so. Nothing is judged by that clock.</summary>
    public const long MostAhead = 5 * 60 * 1000;

    /// <inheritdoc cref="MostAhead"/>
    public const long MostBehind = 60 * 1000;

    /// <summary>How far what a node took for the database's clock may have been off: after a machine slept, say. Half the leeway of <c>iat</c> and <c>nbf</c>.</summary>
    public const long MostAstray = 30 * 1000;

    readonly Lock _gate = new();
    long? _offset; // of the database's milliseconds to those that this machine has counted
    long _lastStamp;

    /// <summary>What stands for the database's clock; null where it counts itself.</summary>
    public long? Instead => isOfDatabase ? null : Node;

    /// <summary>When something was asked of the database, by three clocks; all in milliseconds.</summary>
    /// <param name="Counted">What this machine has counted.</param>
    /// <param name="Ledger">What it takes for the database's clock.</param>
    /// <param name="Node">Its own clock.</param>
    public readonly record struct Asked(long Counted, long Ledger, long Node);

    /// <summary>Now, the moment before something is asked.</summary>
    public Asked Ask() => new(Counted, GetUtcNow().ToUnixTimeMilliseconds(), Node);

    /// <summary>Takes over what the database's clock was between the question and now; the less time that took, the better it is known.</summary>
    public void Hear(Asked asked, long now)
    {
        if (!isOfDatabase) return;
        var (least, most) = (now - Counted, now - asked.Counted);
        lock (_gate) _offset = _offset is { } offset ? Math.Clamp(offset, least, most) : least;
    }

    /// <summary>The same before anything that was judged by then leaves this node.</summary>
    /// <exception cref="StoreUnavailableException">This node's clock, or what it took for the database's, is too far from it.</exception>
    public void Check(Asked asked, long now)
    {
        Hear(asked, now);
        var ahead = asked.Node - now;
        if (ahead is > MostAhead or < -MostBehind)
            throw new StoreUnavailableException($"The clock of this node is {Math.Abs(ahead) / 1000} s {(ahead > 0 ? "ahead of" : "behind")} the database's. Set it right: until then this node serves nothing");
        if (asked.Ledger - now is > MostAstray or < -MostAstray)
            throw new StoreUnavailableException("This node, or the database, has slept or its clock was set: what was judged by the time before is not served");
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

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            if (_offset is { } offset) return DateTimeOffset.FromUnixTimeMilliseconds(Counted + offset);
        return clock.GetUtcNow();
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => clock.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    /// <inheritdoc/>
    public override long GetTimestamp() => clock.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => clock.CreateTimer(callback, state, dueTime, period);

    long Node => clock.GetUtcNow().ToUnixTimeMilliseconds();

    long Counted => (long)clock.GetElapsedTime(0).TotalMilliseconds;
}
