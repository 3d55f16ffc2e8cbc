namespace Cambist.Storage.Sqlite;

sealed class SqliteKeyStore(GroupCommit commits, LedgerWriter writer, ReadConnections reads) : IKeyStore
{
    const string Version = "SELECT value FROM meta WHERE name = 'keys_version'";

    // One statement, so that version and keys are of one moment.
    const string Select = """
        SELECT meta.value, key_id, use, algorithm, created_at, signs_from, signs_until, revoked_at, sealed, longest_life
        FROM meta LEFT JOIN keys ON true WHERE meta.name = 'keys_version' ORDER BY position
        """;

    const string Insert = """
        INSERT INTO keys (position, key_id, use, algorithm, created_at, signs_from, signs_until, revoked_at, sealed, longest_life)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """;

    public ValueTask<StoredKeys> ReadAsync(CancellationToken cancellationToken) => reads.ReadAsync(0, static (database, _) => Read(database), cancellationToken);

    public ValueTask<long> ReadVersionAsync(CancellationToken cancellationToken) => reads.ReadAsync(0, static (database, _) => database.AskNumber(Version), cancellationToken);

    public ValueTask<bool> TryReplaceAsync(long expectedVersion, IReadOnlyList<SealedKey> keys, LedgerEntry? entry, CancellationToken cancellationToken)
    {
        if (entry is null) return new(commits.RunAsync(ids => writer.Change(database => TryReplace(database, expectedVersion, keys), ids), cancellationToken));
        var json = EntryBlock.JsonOf(entry);
        return new(commits.RunAsync(ids => writer.Change(entry, json, database => TryReplace(database, expectedVersion, keys), ids), cancellationToken));
    }

    static bool TryReplace(Database database, long expectedVersion, IReadOnlyList<SealedKey> keys)
    {
        if (database.AskNumber(Version) != expectedVersion) return false;
        database.Prepared("UPDATE meta SET value = value + 1 WHERE name = 'keys_version'").Run();
        database.Prepared("DELETE FROM keys").Run();
        for (var i = 0; i < keys.Count; i++)
        {
            var key = keys[i];
            database.Prepared(Insert)
                .Bind(1, i).Bind(2, key.KeyId).Bind(3, (long)key.Use).Bind(4, key.Algorithm).Bind(5, key.CreatedAt)
                .Bind(6, key.SignsFrom).Bind(7, key.SignsUntil).Bind(8, key.RevokedAt).Bind(9, key.Sealed.Span).Bind(10, key.LongestLife)
                .Run();
        }

        return true;
    }

    static StoredKeys Read(Database database)
    {
        var keys = new List<SealedKey>();
        long version = 0;
        var select = database.Prepared(Select);
        while (select.Step())
        {
            version = select.Number(0);
            if (select.IsNull(1)) continue; // no keys yet
            keys.Add(new(
                select.Text(1)!, (StoredKeyUse)select.Number(2), select.Text(3)!, select.Number(4), select.Number(5),
                select.IsNull(6) ? null : select.Number(6), select.IsNull(7) ? null : select.Number(7), select.Blob(8).ToArray())
            {
                LongestLife = select.Number(9),
            });
        }

        return new(version, keys);
    }
}
