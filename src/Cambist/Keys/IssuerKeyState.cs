namespace Cambist;

/// <summary>The keys of one owner from one source, and what is known about fetching them.</summary>
abstract class IssuerKeyState(KeyOwner owner, TimeProvider clock, IEngineListener listener)
{
    volatile IssuerKeySet? _current;
    string? _saidOfSkipped;

    /// <summary>A time that never goes back.</summary>
    protected TimeSpan Now => clock.GetElapsedTime(0);

    protected DateTimeOffset WallClock => clock.GetUtcNow();

    protected KeyOwner Owner => owner;

    protected IssuerKeySet? Current => _current;

    public abstract ValueTask<IssuerKeyAnswer> FindAsync(string? keyId, JwsAlgorithm algorithm, long? issuedAt, CancellationToken cancellationToken);

    public abstract IssuerKeyHealth Health { get; }

    protected IssuerKeySet? Usable(TimeSpan now) => _current is { } set && now - set.FetchedAt < FetchSchedule.MaxStale ? set : null;

    protected void Swap(IssuerKeySet set)
    {
        _current = set;
        var skipped = string.Join("; ", set.Keys.Skipped);
        if (skipped == (_saidOfSkipped ?? "")) return;
        _saidOfSkipped = skipped;
        if (skipped.Length > 0) Say(EngineEventSeverity.Warning, "issuer_keys_skipped", $"Keys of {owner} that cannot be used: {skipped}");
    }

    protected void Say(EngineEventSeverity severity, string name, string message)
    {
        try
        {
            listener.On(new(severity, name, message));
        }
        catch (Exception)
        {
            // It must not throw; but a log that cannot be written must not end the fetching of keys either.
        }
    }

    protected IssuerKeyHealth HealthOf(int failures, KeyFailure? failure)
    {
        var set = _current;
        return new(
            StatusOf(set, failures, Now), set?.Time, set is null ? [] : [.. set.Keys.Keys.Select(key => key.KeyId ?? "")], set?.Keys.Skipped ?? [], failures, failure)
        {
            UsableUntil = set?.Time + FetchSchedule.MaxStale,
        };
    }

    static IssuerKeyStatus StatusOf(IssuerKeySet? set, int failures, TimeSpan now)
    {
        if (set is null) return failures == 0 ? IssuerKeyStatus.Untried : IssuerKeyStatus.Unavailable;
        var age = now - set.FetchedAt;
        return age < FetchSchedule.MaxAge ? IssuerKeyStatus.Ready
            : failures == 0 ? IssuerKeyStatus.Due
            : age < FetchSchedule.MaxStale ? IssuerKeyStatus.Stale
            : IssuerKeyStatus.Unavailable;
    }
}
