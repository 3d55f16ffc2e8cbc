using System.Text;
using Npgsql;
using NpgsqlTypes;

namespace Cambist.Storage.Postgres;

/// <summary>Statements with positional parameters ($1, $2, …), typed, so that nothing is boxed or guessed.</summary>
static class Sql
{
    public const string Begin = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
    public const string Commit = "COMMIT";

    // Advisory locks of this database: constants of the wire, never changed.
    const string FenceKey = "4845837293714960384";
    public const string ShareFence = $"SELECT pg_advisory_xact_lock_shared({FenceKey})";
    public const string CloseFence = $"SELECT pg_advisory_xact_lock({FenceKey})";
    public const string LockMigrations = "SELECT pg_advisory_xact_lock(4845837293714960385)";
    public const string LockPartitions = "SELECT pg_advisory_xact_lock(4845837293714960386)";
    public const string TryLockPurge = "SELECT pg_try_advisory_xact_lock(4845837293714960387)";
    public const string TryLockIndex = "SELECT pg_try_advisory_xact_lock(4845837293714960388)";

    /// <summary>The transactions that are behind the fence.</summary>
    public const string BehindFence = $"""
        SELECT virtualtransaction FROM pg_locks
        WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND classid = ({FenceKey} >> 32)::oid AND objid = ({FenceKey} & 4294967295)::oid AND objsubid = 1 AND granted
        """;

    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    public static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    public static NpgsqlBatchCommand WithNullable(this NpgsqlBatchCommand command, long? value)
    {
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bigint, Value = value is { } number ? number : DBNull.Value });
        return command;
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static string Text(byte[] utf8) => Encoding.UTF8.GetString(utf8);
}
