namespace Cambist.Storage.Sqlite;

/// <summary>
/// The <see cref="RecordedLives"/> of a store. Expiries are raised an hour at a time, so that they are written once an hour and not
/// with every batch.
/// </summary>
sealed class Lives(Database database)
{
    const long Hour = 60 * 60 * 1000;

    const string Select = "SELECT value FROM meta WHERE name = ?";
    const string Save = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    const string LatestExpiry = "latest_expiry";
    const string LatestExternalExpiry = "latest_external_expiry";
    const string LongestLife = "longest_life";

    RecordedLives _lives;

    public RecordedLives Current => _lives;

    /// <summary>Reads them, where another process or a failure may have changed them.</summary>
    public void Read() => _lives = new(Number(LatestExpiry), Number(LatestExternalExpiry), Number(LongestLife));

    /// <summary>A token of ours expires then; 0 for none.</summary>
    public void Expires(long at)
    {
        if (at <= _lives.LatestExpiry) return;
        _lives = _lives with { LatestExpiry = at + Hour };
        database.Prepared(Save).Bind(1, LatestExpiry).Bind(2, _lives.LatestExpiry).Run();
    }

    /// <summary>An external token that was shown expires then; 0 for none.</summary>
    public void ExternalExpires(long at)
    {
        if (at <= _lives.LatestExternalExpiry) return;
        _lives = _lives with { LatestExternalExpiry = at + Hour };
        database.Prepared(Save).Bind(1, LatestExternalExpiry).Bind(2, _lives.LatestExternalExpiry).Run();
    }

    /// <summary>Tokens may live so long from now on.</summary>
    public void MayLive(long life)
    {
        if (life <= _lives.LongestLife) return;
        _lives = _lives with { LongestLife = life };
        database.Prepared(Save).Bind(1, LongestLife).Bind(2, life).Run();
    }

    long Number(string name)
    {
        var select = database.Prepared(Select).Bind(1, name);
        try
        {
            return select.Step() ? select.Number(0) : 0;
        }
        finally
        {
            select.Reset();
        }
    }
}
