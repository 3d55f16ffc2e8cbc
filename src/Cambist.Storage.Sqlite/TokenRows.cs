namespace Cambist.Storage.Sqlite;

/// <summary>Stored tokens and one-time keys.</summary>
static class TokenRows
{
    const string Columns = "hash, kind, id, expires_at, content";
    const string Insert = "INSERT INTO stored_tokens (" + Columns + ") VALUES (?, ?, ?, ?, ?)";
    const string ByHash = "SELECT " + Columns + " FROM stored_tokens WHERE hash = ?";
    const string LiveById = "SELECT " + Columns + " FROM stored_tokens WHERE kind = 3 AND id = ? AND expires_at > ?";
    const string Live = "SELECT " + Columns + " FROM stored_tokens WHERE kind = 3 AND id > ? AND expires_at > ? ORDER BY id LIMIT ?";
    const string DeleteById = "DELETE FROM stored_tokens WHERE kind = 3 AND id = ?";
    const string InsertKey = "INSERT INTO one_time_keys (key, kind, keep_until) VALUES (?, ?, ?) ON CONFLICT (key, kind) DO NOTHING";
    const string FindKey = "SELECT 1 FROM one_time_keys WHERE key = ? AND kind = ?";
    const string DeleteKey = "DELETE FROM one_time_keys WHERE key = ? AND kind = ?";

    public static void Add(Database database, StoredToken token) =>
        database.Prepared(Insert)
            .Bind(1, token.Hash.Span).Bind(2, (long)token.Kind).Bind(3, token.Id).Bind(4, token.ExpiresAt).Bind(5, token.Content.Span)
            .Run();

    public static StoredToken? Find(Database database, ReadOnlyMemory<byte> hash) => One(database.Prepared(ByHash).Bind(1, hash.Span));

    public static StoredToken? FindLive(Database database, string impersonationId, long now) =>
        One(database.Prepared(LiveById).Bind(1, impersonationId).Bind(2, now));

    public static void Remove(Database database, string impersonationId) => database.Prepared(DeleteById).Bind(1, impersonationId).Run();

    public static List<StoredToken> ListLive(Database database, string? afterId, long now, int limit)
    {
        var tokens = new List<StoredToken>();
        var select = database.Prepared(Live).Bind(1, afterId ?? "").Bind(2, now).Bind(3, Math.Max(limit, 0));
        while (select.Step()) tokens.Add(Current(select));
        return tokens;
    }

    /// <summary>Consumes keys, all or none.</summary>
    /// <returns>The kind of the first that was used before, or null.</returns>
    public static OneTimeKeyKind? Consume(Database database, IReadOnlyList<OneTimeKey> keys)
    {
        for (var i = 0; i < keys.Count; i++)
        {
            var key = keys[i];
            database.Prepared(InsertKey).Bind(1, key.Key.Span).Bind(2, (long)key.Kind).Bind(3, key.KeepUntil + RevocationTerm.Slack).Run();
            if (database.Changes == 1) continue;
            for (var j = 0; j < i; j++) database.Prepared(DeleteKey).Bind(1, keys[j].Key.Span).Bind(2, (long)keys[j].Kind).Run();
            return key.Kind;
        }

        return null;
    }

    public static bool IsConsumed(Database database, OneTimeKey key)
    {
        var select = database.Prepared(FindKey).Bind(1, key.Key.Span).Bind(2, (long)key.Kind);
        try
        {
            return select.Step();
        }
        finally
        {
            select.Reset();
        }
    }

    static StoredToken? One(Statement select)
    {
        try
        {
            return select.Step() ? Current(select) : null;
        }
        finally
        {
            select.Reset();
        }
    }

    static StoredToken Current(Statement select) =>
        new(select.Blob(0).ToArray(), (StoredTokenKind)select.Number(1), select.Text(2)!, select.Number(3), select.Blob(4).ToArray());
}
