using Npgsql;

namespace Cambist.Storage.Postgres;

sealed class PostgresKeyStore(Transactions transactions, Connections connections, LedgerClock clock) : IKeyStore
{
    // With the clock, by which keys come and go.
    const string Version = $"SELECT version, {LedgerClock.Now} FROM cambist.keys_version";

    // One statement, so that version and keys are of one moment.
    const string Select = $"""
        SELECT v.version, {LedgerClock.Now}, key_id, use, algorithm, created_at, signs_from, signs_until, revoked_at, sealed, longest_life
        FROM cambist.keys_version v LEFT JOIN cambist.keys ON true ORDER BY position
        """;

    // Of two nodes the second waits here for the first, and then finds another version.
    const string Raise = "UPDATE cambist.keys_version SET version = version + 1 WHERE version = $1";

    const string Insert = """
        INSERT INTO cambist.keys (position, key_id, use, algorithm, created_at, signs_from, signs_until, revoked_at, sealed, longest_life)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    public ValueTask<StoredKeys> ReadAsync(CancellationToken cancellationToken) => ReadAsync(Select, KeysAsync, cancellationToken);

    public ValueTask<long> ReadVersionAsync(CancellationToken cancellationToken) => ReadAsync(Version, row => Task.FromResult(row.GetInt64(0)), cancellationToken);

    public ValueTask<bool> TryReplaceAsync(long expectedVersion, IReadOnlyList<SealedKey> keys, LedgerEntry? entry, CancellationToken cancellationToken)
    {
        var json = entry is null ? default : DecisionRows.JsonOf(entry);
        return new(transactions.RunAsync(
            Sql.ShareFence,
            async connection =>
            {
                if (!await ReplaceAsync(connection, expectedVersion, keys)) return false;
                if (entry is null) return true;
                var pass = new EntryPass(clock);
                pass.TryAdd(entry, json);
                await using var record = new NpgsqlBatch(connection);
                pass.AppendTo(record);
                await using var reader = await record.ExecuteReaderAsync();
                await pass.ReadAsync(reader);
                while (await reader.NextResultAsync()) { } // to the end: COMMIT of a transaction that failed is no error
                return pass.Results[0].Status == CommitStatus.Committed;
            },
            cancellationToken));
    }

    static async Task<bool> ReplaceAsync(NpgsqlConnection connection, long expectedVersion, IReadOnlyList<SealedKey> keys)
    {
        await using (var raise = new NpgsqlBatch(connection))
        {
            raise.Add(Raise).With(expectedVersion);
            if (await raise.ExecuteNonQueryAsync() != 1) return false;
        }

        await using var replace = new NpgsqlBatch(connection);
        replace.Add("DELETE FROM cambist.keys");
        for (var i = 0; i < keys.Count; i++)
        {
            var key = keys[i];
            replace.Add(Insert)
                .With(i).With(key.KeyId).With((short)key.Use).With(key.Algorithm).With(key.CreatedAt)
                .With(key.SignsFrom).WithNullable(key.SignsUntil).WithNullable(key.RevokedAt).With(key.Sealed.ToArray()).With(key.LongestLife);
        }

        await replace.ExecuteNonQueryAsync();
        return true;
    }

    ValueTask<T> ReadAsync<T>(string what, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        var asked = clock.Ask();
        return connections.ReadAsync(
            ask => ask.Add(what).WithNullable(clock.Instead),
            async row =>
            {
                if (!await row.ReadAsync(cancellationToken)) throw new StoreUnavailableException("The database has no store of Cambist any more.");
                clock.Hear(asked, row.GetInt64(1));
                return await read(row);
            },
            cancellationToken);
    }

    /// <summary>From the first row on, which is there already.</summary>
    static async Task<StoredKeys> KeysAsync(NpgsqlDataReader row)
    {
        var (version, keys) = (row.GetInt64(0), new List<SealedKey>());
        do
        {
            if (row.IsDBNull(2)) continue; // no keys yet
            keys.Add(new(
                row.GetString(2), (StoredKeyUse)row.GetInt16(3), row.GetString(4), row.GetInt64(5), row.GetInt64(6),
                row.IsDBNull(7) ? null : row.GetInt64(7), row.IsDBNull(8) ? null : row.GetInt64(8), row.GetFieldValue<byte[]>(9))
            {
                LongestLife = row.GetInt64(10),
            });
        }
        while (await row.ReadAsync());

        return new(version, keys);
    }
}
