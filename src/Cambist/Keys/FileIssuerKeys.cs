namespace Cambist;

/// <summary>Keys from a file, looked at once a second, sooner only for a <c>kid</c> that may be new, and read where its time or length has changed.</summary>
sealed class FileIssuerKeys(KeyOwner owner, string path, IssuerKeysOptions options, TimeProvider clock, IEngineListener listener)
    : IssuerKeyState(owner, clock, listener)
{
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    FileVersion? _version;
    TimeSpan? _lookedAt;
    int _failures;
    KeyFailure? _failure;

    public override IssuerKeyHealth Health
    {
        get
        {
            lock (_lock) return HealthOf(_failures, _failure);
        }
    }

    public override ValueTask<IssuerKeyAnswer> FindAsync(string? keyId, JwsAlgorithm algorithm, long? issuedAt, CancellationToken cancellationToken)
    {
        var set = Look();
        if (set?.Keys.Find(keyId, algorithm) is { } key) return new(IssuerKeyAnswer.Found(key));

        // The file may have been replaced since it was looked at, where the token is no older than that.
        if (set is not null && keyId is not null && !set.Keys.Contains(keyId) && !set.IsLaterThan(issuedAt)) set = Look(evenIfJustLooked: true);
        if (set is null) return new(IssuerKeyAnswer.Unavailable(1));
        return new(set.Keys.Find(keyId, algorithm) is { } found ? IssuerKeyAnswer.Found(found) : IssuerKeyAnswer.Unknown);
    }

    IssuerKeySet? Look(bool evenIfJustLooked = false)
    {
        var now = Now;
        if (!evenIfJustLooked && Current is { } set && now - set.FetchedAt < LookInterval) return set;
        lock (_lock)
        {
            if (evenIfJustLooked || _lookedAt is null || now - _lookedAt >= LookInterval)
            {
                _lookedAt = now;
                Read(now);
            }
        }

        return Usable(now);
    }

    void Read(TimeSpan now)
    {
        KeyFault kind;
        string? fault;
        try
        {
            var file = options.ReadFileIfChanged(path, _version);
            if (file is null)
            {
                if (_failure is null) Swap(Current!.At(now, WallClock)); // else the same bad content: said already
                return;
            }

            _version = file.Version;
            if (IssuerKeySet.TryRead(file.Content, Current, now, WallClock, out var set, out fault))
            {
                Swap(set);
                _failures = 0;
                _failure = null;
                return;
            }

            kind = KeyFault.Unreadable;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _version = null;
            (kind, fault) = (KeyFault.Unreachable, failure.Message);
        }

        _failures++;
        var isKnown = fault == _failure?.Fault;
        _failure = new(kind, fault, WallClock);
        if (isKnown) return;
        Say(Current is null ? EngineEventSeverity.Error : EngineEventSeverity.Warning, "issuer_keys_file_unusable",
            $"Keys of {Owner} were not read from {path}: {fault}. {(Current is null ? Owner.WithoutKeys + "." : "The keys read before stay in use for up to 24 h.")}");
    }
}
