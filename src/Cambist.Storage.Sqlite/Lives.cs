namespace Cambist.Storage.Sqlite;

/// <summary>
/// The <see cref="RecordedLives"/> of a store. Expiries are raised an hour at a time, so that they are written once an hour and not
/// with every batch.
/// </summary>
sealed class Lives(Database database)
{
    const long Hour = 60 * 60 * 1000;

    RecordedLives _lives;

    public RecordedLives Current => _lives;

    /// <summary>Reads them, where another process or a failure may have changed them.</summary>
    public void Read() => _lives = new(Marks.Read(database, Marks.LatestExpiry), Marks.Read(database, Marks.LatestExternalExpiry), Marks.Read(database, Marks.LongestLife));

    /// <summary>A token of ours expires then; 0 for none.</summary>
    public void Expires(long at)
    {
        if (at <= _lives.LatestExpiry) return;
        _lives = _lives with { LatestExpiry = at + Hour };
        Marks.Save(database, Marks.LatestExpiry, _lives.LatestExpiry);
    }

    /// <summary>An external token that was shown expires then; 0 for none.</summary>
    public void ExternalExpires(long at)
    {
        if (at <= _lives.LatestExternalExpiry) return;
        _lives = _lives with { LatestExternalExpiry = at + Hour };
        Marks.Save(database, Marks.LatestExternalExpiry, _lives.LatestExternalExpiry);
    }

    /// <summary>Tokens may live so long from now on.</summary>
    public void MayLive(long life)
    {
        if (life <= _lives.LongestLife) return;
        _lives = _lives with { LongestLife = life };
        Marks.Save(database, Marks.LongestLife, life);
    }
}
