namespace Cambist.Storage.Sqlite;

/// <summary>
/// Removes what has had its time, a little at a time inside the writer's transactions, in proportion to what each of them writes: so
/// it keeps up with any rate, and no batch waits long for it. No index on expiry is kept for it: the upkeep would cost every request.
/// </summary>
sealed class Purge(Database database, TimeProvider clock, TimeSpan? auditRetention)
{
    // Of the keys and tokens four are looked at for each that is added: then about a quarter of those that are there have had their time.
    const int LookedAtForEach = 4;
    const int SmallStep = 64;
    const int LargeStep = 1024;
    const int SmallBatch = 16 * 1024;

    const string Oldest = "SELECT first, last, length(block) FROM decisions ORDER BY first LIMIT ?";
    const string Entries = "DELETE FROM decisions WHERE first <= ?";

    readonly Sweep<byte[]> _keys = Sweeps.OneTimeKeys(database);
    readonly Sweep<long> _tokens = Sweeps.StoredTokens(database);
    readonly Sweep<(long, string)> _revocations = Sweeps.Revocations(database);

    long _nextAt;
    long _entriesDueAt;
    int _keysDue;
    int _tokensDue;

    /// <summary>What belongs to a transaction that has written this much; once a second a little more.</summary>
    /// <returns>Whether a revocation was removed.</returns>
    public bool Step(int bytes, int keys, int tokens)
    {
        var now = Now;
        var isSecond = now >= _nextAt || _nextAt > now + 1000;
        if (isSecond) _nextAt = now + 1000;

        _keysDue = Due(_keysDue, keys, isSecond);
        _tokensDue = Due(_tokensDue, tokens, isSecond);
        if (_keysDue >= SmallStep) SweepKeys(ref _keysDue, now);
        if (_tokensDue >= SmallStep) SweepTokens(ref _tokensDue, now);
        RemoveEntries(now, mostBlocks: 32, mostBytes: Math.Max(SmallBatch, 2L * bytes));
        return isSecond && _revocations.Step(SmallStep, now) > 0;
    }

    /// <summary>A larger step, for when nobody writes.</summary>
    /// <returns>Whether a revocation was removed.</returns>
    public bool LargerStep()
    {
        var now = Now;
        _keysDue = _tokensDue = LargeStep;
        SweepKeys(ref _keysDue, now);
        SweepTokens(ref _tokensDue, now);
        RemoveEntries(now, mostBlocks: 256, mostBytes: 1024 * 1024);
        return _revocations.Step(LargeStep, now) > 0;
    }

    long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    static int Due(int due, int added, bool isSecond) => Math.Max(Math.Min(due + (LookedAtForEach * added), 64 * LargeStep), isSecond ? SmallStep : 0);

    void SweepKeys(ref int due, long now)
    {
        var rows = Math.Min(due, LargeStep);
        _keys.Step(rows, now);
        due -= rows;
    }

    void SweepTokens(ref int due, long now)
    {
        var rows = Math.Min(due, LargeStep);
        _tokens.Step(rows, now - RevocationTerm.Slack);
        due -= rows;
    }

    /// <summary>The oldest blocks that are due, one at least.</summary>
    void RemoveEntries(long now, int mostBlocks, long mostBytes)
    {
        if (auditRetention is not { } retention || now < _entriesDueAt) return;
        var kept = (long)retention.TotalMilliseconds;
        var (upTo, bytes) = (-1L, 0L);
        var oldest = database.Prepared(Oldest).Bind(1, (long)mostBlocks);
        try
        {
            while (oldest.Step())
            {
                var last = RowId.LastOf(oldest.Number(1)).Milliseconds;
                if (last >= now - kept)
                {
                    _entriesDueAt = last + kept; // nothing to look for until then
                    break;
                }

                if (upTo >= 0 && bytes + oldest.Number(2) > mostBytes) break;
                upTo = oldest.Number(0);
                bytes += oldest.Number(2);
            }
        }
        finally
        {
            oldest.Reset();
        }

        if (upTo >= 0) database.Prepared(Entries).Bind(1, upTo).Run();
    }
}
