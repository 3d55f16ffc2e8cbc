namespace Cambist.Storage.Sqlite;

/// <summary>
/// Removes what has had its time, a little at a time inside the writer's transactions. No index on expiry is kept for it:
/// the upkeep would cost every request.
/// </summary>
sealed class Purge(Database database, TimeProvider clock, TimeSpan? auditRetention)
{
    const string Keys = "DELETE FROM one_time_keys WHERE key >= ? AND key < ? AND keep_until < ?";
    const string Tokens = "DELETE FROM stored_tokens WHERE hash >= ? AND hash < ? AND expires_at < ?";
    const string Revocations = "DELETE FROM revocations WHERE keep_until < ?";
    const string Entries = "DELETE FROM decisions WHERE first IN (SELECT first FROM (SELECT first, last FROM decisions ORDER BY first LIMIT 64) WHERE last < ?)";

    static readonly byte[] AfterAll = [.. Enumerable.Repeat(byte.MaxValue, 33)];

    long _nextAt;
    byte _slice;

    /// <summary>
    /// At most once a second: one of 256 slices of the keys and tokens (hashes spread evenly), with the first of them the
    /// revocations; and of the entries the oldest batches.
    /// </summary>
    public void Step()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        if (now < _nextAt && _nextAt <= now + 1000) return;
        _nextAt = now + 1000;

        ReadOnlySpan<byte> from = [_slice];
        ReadOnlySpan<byte> to = _slice == byte.MaxValue ? AfterAll : [(byte)(_slice + 1)];
        database.Prepared(Keys).Bind(1, from).Bind(2, to).Bind(3, now).Run();
        database.Prepared(Tokens).Bind(1, from).Bind(2, to).Bind(3, now - RevocationTerm.Slack).Run();
        if (_slice == 0) database.Prepared(Revocations).Bind(1, now).Run();
        if (auditRetention is { } kept)
            database.Prepared(Entries).Bind(1, RowId.Of(DecisionId.FirstOf(Math.Max(0, now - (long)kept.TotalMilliseconds)))).Run();
        _slice++;
    }
}
