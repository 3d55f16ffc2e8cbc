namespace Cambist;

/// <summary>The memory store's <see cref="RecordedLives"/>.</summary>
sealed class MemoryLives
{
    readonly Lock _gate = new();
    RecordedLives _current;

    public RecordedLives Current
    {
        get
        {
            lock (_gate) return _current;
        }
    }

    public void Note(long expiry = 0, long externalExpiry = 0, long life = 0)
    {
        lock (_gate)
            _current = new(Math.Max(_current.LatestExpiry, expiry), Math.Max(_current.LatestExternalExpiry, externalExpiry), Math.Max(_current.LongestLife, life));
    }
}
