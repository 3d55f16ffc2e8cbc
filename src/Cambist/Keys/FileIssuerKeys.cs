namespace Cambist;

/// <summary>Keys from a file, looked at once a second at most and read where its time or length has changed.</summary>
sealed class FileIssuerKeys(string issuer, string path, IssuerKeysOptions options, TimeProvider clock, IEngineListener listener)
    : IssuerKeyState(issuer, clock, listener)
{
    static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    readonly Lock _lock = new();
    FileVersion? _version;
    TimeSpan? _lookedAt;
    int _failures;
    string? _fault;

    public override IssuerKeyHealth Health
    {
        get
        {
            lock (_lock) return HealthOf(_failures, _fault);
        }
    }

    public override ValueTask<IssuerKeyAnswer> FindAsync(string? keyId, JwsAlgorithm algorithm, long? issuedAt, CancellationToken cancellationToken)
    {
        if (Look() is not { } set) return new(IssuerKeyAnswer.Unavailable(1));
        return new(set.Keys.Find(keyId, algorithm) is { } key ? IssuerKeyAnswer.Found(key) : IssuerKeyAnswer.Unknown);
    }

    public override bool Contains(VerificationKey key) => Look()?.Holds(key) == true;

    IssuerKeySet? Look()
    {
        var now = Now;
        if (Current is { } set && now - set.FetchedAt < LookInterval) return set;
        lock (_lock)
        {
            if (_lookedAt is null || now - _lookedAt >= LookInterval)
            {
                _lookedAt = now;
                Read(now);
            }
        }

        return Usable(now);
    }

    void Read(TimeSpan now)
    {
        string? fault;
        try
        {
            var file = options.ReadFileIfChanged(path, _version);
            if (file is null)
            {
                if (_fault is null) Swap(Current!.At(now, WallClock)); // else the same bad content: said already
                return;
            }

            _version = file.Version;
            if (IssuerKeySet.TryRead(file.Content, Current, now, WallClock, out var set, out fault))
            {
                Swap(set);
                _failures = 0;
                _fault = null;
                return;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _version = null;
            fault = failure.Message;
        }

        _failures++;
        if (fault == _fault) return;
        _fault = fault;
        Say(Current is null ? EngineEventSeverity.Error : EngineEventSeverity.Warning, "issuer_keys_file_unusable",
            $"Keys of {Issuer} were not read from {path}: {fault}. {(Current is null ? "Its tokens cannot be verified." : "The keys read before stay in use for up to 24 h.")}");
    }
}
