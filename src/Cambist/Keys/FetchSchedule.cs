namespace Cambist;

/// <summary>
/// When an issuer may be asked for its keys. Instants are times of a clock that never goes back. Whoever uses it locks.
/// </summary>
sealed class FetchSchedule
{
    /// <summary>Older keys are fetched again at their next use, beside it.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    /// <summary>So old, because nobody asked, that a use waits for the fetch: a key dropped meanwhile must not get a last use.</summary>
    public static readonly TimeSpan Overdue = 2 * MaxAge;

    /// <summary>How long keys are used while the issuer cannot be asked.</summary>
    public static readonly TimeSpan MaxStale = TimeSpan.FromHours(24);

    /// <summary>Between two fetches for the sake of an unknown <c>kid</c>.</summary>
    public static readonly TimeSpan UnknownKeyInterval = TimeSpan.FromSeconds(30);

    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    TimeSpan? _fetchedAt;
    TimeSpan _pause;
    TimeSpan _notBefore;
    TimeSpan _unknownKeyNotBefore;

    /// <summary>Failures since the last success.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether the age of the keys asks for a fetch, and one may start now.</summary>
    public bool MayRefresh(TimeSpan now) => now >= _notBefore && (_fetchedAt is null || now - _fetchedAt >= MaxAge);

    /// <summary>Whether a fetch for an unknown <c>kid</c> may start now.</summary>
    public bool MayAskForUnknownKey(TimeSpan now) => now >= _notBefore && now >= _unknownKeyNotBefore;

    /// <summary>How long until the age of the keys causes a fetch; not positive where the next use does.</summary>
    public TimeSpan UntilRefresh(TimeSpan now) => (_fetchedAt + MaxAge is { } due && due > _notBefore ? due : _notBefore) - now;

    /// <summary>How long until an unknown <c>kid</c> may cause a fetch; not positive where the next one may.</summary>
    public TimeSpan UntilUnknownKey(TimeSpan now) => (_notBefore > _unknownKeyNotBefore ? _notBefore : _unknownKeyNotBefore) - now;

    /// <summary>Seconds until a fetch may start after a failure, at least 1.</summary>
    public int SecondsUntilRefresh(TimeSpan now) => Seconds(_notBefore - now);

    /// <summary>Seconds until a fetch for an unknown <c>kid</c> may start, at least 1.</summary>
    public int SecondsUntilUnknownKey(TimeSpan now) => Seconds(UntilUnknownKey(now));

    public void StartedForUnknownKey(TimeSpan now) => _unknownKeyNotBefore = now + UnknownKeyInterval;

    /// <param name="startedAt">When the request left: what was published since may be missing from the answer.</param>
    public void Succeeded(TimeSpan startedAt)
    {
        _fetchedAt = startedAt;
        Failures = 0;
        _pause = TimeSpan.Zero;
        _notBefore = TimeSpan.Zero;
    }

    public void Failed(TimeSpan now)
    {
        Failures++;
        _pause = _pause == TimeSpan.Zero ? FirstPause : TimeSpan.FromTicks(Math.Min(_pause.Ticks * 2, LongestPause.Ticks));
        _notBefore = now + _pause;
    }

    static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
