namespace Cambist;

/// <summary>
/// Keys from a URL: fetched at the first use, then beside the uses; at most one fetch at a time.
/// <see cref="FetchSchedule"/> says when.
/// </summary>
sealed class RemoteIssuerKeys(KeyOwner owner, KeyFetch fetch, TimeProvider clock, IEngineListener listener, CancellationToken stopping)
    : IssuerKeyState(owner, clock, listener)
{
    readonly Lock _lock = new();
    readonly FetchSchedule _schedule = new();
    Flight? _flight;
    KeyFailure? _failure;

    /// <summary>A fetch under way; whoever needs its result waits for it, and no waiter can cancel it.</summary>
    sealed class Flight(TimeSpan startedAt, DateTimeOffset time)
    {
        readonly TaskCompletionSource _landed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TimeSpan StartedAt => startedAt;

        public DateTimeOffset Time => time;

        public Task Landed => _landed.Task;

        public void Land() => _landed.SetResult();
    }

    public override IssuerKeyHealth Health
    {
        get
        {
            lock (_lock)
            {
                var (now, time) = (Now, WallClock);
                return HealthOf(_schedule.Failures, _failure) with
                {
                    NextFetchAt = Later(_schedule.UntilRefresh(now)),
                    NextFetchForUnknownKeyAt = Later(_schedule.UntilUnknownKey(now)),
                };

                DateTimeOffset? Later(TimeSpan wait) => wait > TimeSpan.Zero ? time + wait : null;
            }
        }
    }

    public override ValueTask<IssuerKeyAnswer> FindAsync(string? keyId, JwsAlgorithm algorithm, long? issuedAt, CancellationToken cancellationToken)
    {
        var now = Now;
        return Current is { } set && now - set.FetchedAt < FetchSchedule.MaxAge && set.Keys.Find(keyId, algorithm) is { } key
            ? new(IssuerKeyAnswer.Found(key))
            : FindWithFetchAsync(keyId, algorithm, issuedAt, now, cancellationToken);
    }

    async ValueTask<IssuerKeyAnswer> FindWithFetchAsync(string? keyId, JwsAlgorithm algorithm, long? issuedAt, TimeSpan arrivedAt, CancellationToken cancellationToken)
    {
        var seen = Current;
        if (StartRefresh(arrivedAt) is { } refresh && MustWait(seen, arrivedAt)) await refresh.Landed.WaitAsync(cancellationToken);

        while (true)
        {
            if (Usable(Now) is not { } set) return Unavailable(isForUnknownKey: false);
            if (set.Keys.Find(keyId, algorithm) is { } key) return IssuerKeyAnswer.Found(key);

            // A new fetch helps only where the kid is new, and only a token issued since the last one can bear a new kid. One that
            // left after we came, whoever sent it, is the answer.
            var isAnswer = set != seen && set.FetchedAt >= arrivedAt;
            if (keyId is null || set.Keys.Contains(keyId) || isAnswer || set.IsLaterThan(issuedAt)) return IssuerKeyAnswer.Unknown;
            seen = set;

            // One that was under way already may have left too early for this token; then another may follow, where it is allowed.
            if (StartForUnknownKey(Now) is { } flight) await flight.Landed.WaitAsync(cancellationToken);
            else if (Current == set) return Unavailable(isForUnknownKey: true);
        }
    }

    /// <summary>Whether a use waits for the fetch rather than going on beside it.</summary>
    bool MustWait(IssuerKeySet? set, TimeSpan now)
    {
        if (set is null || now - set.FetchedAt >= FetchSchedule.MaxStale) return true;
        if (now - set.FetchedAt < FetchSchedule.Overdue) return false;
        lock (_lock) return _schedule.Failures == 0; // in an outage nobody waits for an issuer that is away
    }

    IssuerKeyAnswer Unavailable(bool isForUnknownKey)
    {
        var now = Now;
        lock (_lock) return IssuerKeyAnswer.Unavailable(isForUnknownKey ? _schedule.SecondsUntilUnknownKey(now) : _schedule.SecondsUntilRefresh(now));
    }

    /// <summary>The fetch that is under way, or one that begins because of the keys' age; null where none may begin.</summary>
    Flight? StartRefresh(TimeSpan now)
    {
        lock (_lock) return _flight ?? (_schedule.MayRefresh(now) ? Start(now) : null);
    }

    /// <summary>The fetch that is under way, or one that begins because of an unknown <c>kid</c>; null where none may begin.</summary>
    Flight? StartForUnknownKey(TimeSpan now)
    {
        lock (_lock)
        {
            if (_flight is not null) return _flight;
            if (!_schedule.MayAskForUnknownKey(now)) return null;
            _schedule.StartedForUnknownKey(now);
            return Start(now);
        }
    }

    Flight Start(TimeSpan now)
    {
        var flight = _flight = new(now, WallClock);
        // without the execution context: the fetch is nobody's request
        ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.Keys.FlyAsync(state.Flight), (Keys: this, Flight: flight), preferLocal: false);
        return flight;
    }

    async Task FlyAsync(Flight flight)
    {
        IssuerKeySet? set = null;
        KeyFault kind;
        string? fault;
        try
        {
            var fetched = await fetch.FetchAsync(Owner.Name, Owner.Source, stopping);
            (kind, fault) = (fetched.Kind, fetched.Fault);
            if (fault is null && !IssuerKeySet.TryRead(fetched.Document, Current, flight.StartedAt, flight.Time, out set, out fault)) kind = KeyFault.Unreadable;
        }
        catch (Exception unforeseen) // whoever waits must be let go
        {
            (kind, fault) = (KeyFault.Unreachable, unforeseen.Message);
        }

        int failures;
        int seconds;
        lock (_lock)
        {
            failures = _schedule.Failures;
            _failure = fault is null ? null : new(kind, fault, WallClock);
            if (set is null)
            {
                _schedule.Failed(Now);
            }
            else
            {
                _schedule.Succeeded(flight.StartedAt);
                Swap(set);
            }

            seconds = _schedule.SecondsUntilRefresh(Now);
            _flight = null;
        }

        Tell(set, fault, failures, seconds);
        flight.Land();
    }

    void Tell(IssuerKeySet? set, string? fault, int failures, int seconds)
    {
        if (set is null && !stopping.IsCancellationRequested)
        {
            var isUsable = Usable(Now) is not null;
            Say(isUsable ? EngineEventSeverity.Warning : EngineEventSeverity.Error, "issuer_keys_fetch_failed",
                $"Keys of {Owner} were not fetched: {fault}. {(isUsable ? "The keys fetched before stay in use for up to 24 h" : Owner.WithoutKeys)}; the next try is in {seconds} s at the earliest.");
        }
        else if (set is not null && failures > 0)
        {
            Say(EngineEventSeverity.Information, "issuer_keys_fetched", $"Keys of {Owner} were fetched again after {failures} failed tries.");
        }
    }
}
