using System.Security.Cryptography;

namespace Cambist.Storage.Sqlite;

/// <summary>
/// Goes round and round a table in the order of its key, a few rows at a time, and removes those that have had their time. A step
/// costs what the rows it looks at cost, however many there are.
/// </summary>
/// <param name="database">The writer's connection.</param>
/// <param name="next">The key that lies ? rows behind the key ?.</param>
/// <param name="remove">Removes rows from the key ? and before the key ? whose time was before ?.</param>
/// <param name="first">A key before all others.</param>
/// <param name="last">A key behind all others.</param>
/// <param name="position">Where to begin.</param>
/// <param name="columns">Of how many columns a key is.</param>
/// <param name="bind">Binds a key from a parameter on.</param>
/// <param name="read">Reads the key of a row.</param>
sealed class Sweep<TKey>(
    Database database, string next, string remove, TKey first, TKey last, TKey position, int columns, Action<Statement, int, TKey> bind, Func<Statement, TKey> read)
{
    TKey _position = position;

    /// <summary>Looks at so many rows.</summary>
    /// <returns>How many were removed.</returns>
    public int Step(int rows, long before)
    {
        var isLast = !TryFindNext(rows, out var end);
        var statement = database.Prepared(remove);
        bind(statement, 1, _position);
        bind(statement, 1 + columns, end);
        statement.Bind(1 + (2 * columns), before).Run();
        _position = isLast ? first : end;
        return database.Changes;
    }

    bool TryFindNext(int rows, out TKey key)
    {
        var statement = database.Prepared(next);
        bind(statement, 1, _position);
        statement.Bind(1 + columns, (long)rows);
        try
        {
            var isThere = statement.Step();
            key = isThere ? read(statement) : last;
            return isThere;
        }
        finally
        {
            statement.Reset();
        }
    }
}

/// <summary>The sweeps of this store's tables.</summary>
static class Sweeps
{
    static readonly byte[] AfterAllHashes = [.. Enumerable.Repeat(byte.MaxValue, 33)];

    /// <summary>One-time keys lie in the order of their hashes. It begins anywhere, or those at the end would wait for a server that is never restarted.</summary>
    public static Sweep<byte[]> OneTimeKeys(Database database)
    {
        Span<byte> anywhere = stackalloc byte[1];
        RandomNumberGenerator.Fill(anywhere);
        return new(
            database,
            "SELECT key FROM one_time_keys WHERE key >= ? ORDER BY key LIMIT 1 OFFSET ?",
            "DELETE FROM one_time_keys WHERE key >= ? AND key < ? AND keep_until < ?",
            [], AfterAllHashes, anywhere.ToArray(), 1,
            static (statement, parameter, key) => statement.Bind(parameter, key.AsSpan()),
            static row => row.Blob(0).ToArray());
    }

    /// <summary>Stored tokens lie in the order in which they came.</summary>
    public static Sweep<long> StoredTokens(Database database) => new(
        database,
        "SELECT rowid FROM stored_tokens WHERE rowid >= ? ORDER BY rowid LIMIT 1 OFFSET ?",
        "DELETE FROM stored_tokens WHERE rowid >= ? AND rowid < ? AND expires_at < ?",
        0, long.MaxValue, 0, 1,
        static (statement, parameter, rowId) => statement.Bind(parameter, rowId),
        static row => row.Number(0));

    public static Sweep<(long Kind, string Value)> Revocations(Database database) => new(
        database,
        "SELECT kind, value FROM revocations WHERE (kind, value) >= (?, ?) ORDER BY kind, value LIMIT 1 OFFSET ?",
        "DELETE FROM revocations WHERE (kind, value) >= (?, ?) AND (kind, value) < (?, ?) AND keep_until < ?",
        (0, ""), (long.MaxValue, ""), (0, ""), 2,
        static (statement, parameter, key) => statement.Bind(parameter, key.Kind).Bind(parameter + 1, key.Value),
        static row => (row.Number(0), row.Text(1)!));
}
