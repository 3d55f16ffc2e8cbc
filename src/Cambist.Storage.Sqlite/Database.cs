using System.Globalization;
using SQLitePCL;

namespace Cambist.Storage.Sqlite;

/// <summary>
/// One connection, used by one thread at a time. The thin native interface rather than ADO.NET: a batch is four statements,
/// and commands, parameters and their boxes cost a third of a small batch (measured).
/// </summary>
sealed class Database : IDisposable
{
    readonly sqlite3 _handle;
    readonly Dictionary<string, Statement> _statements = new(ReferenceEqualityComparer.Instance);

    static Database() => Batteries_V2.Init();

    Database(sqlite3 handle) => _handle = handle;

    /// <exception cref="StoreUnavailableException">The file cannot be opened.</exception>
    public static Database Open(string path, bool readOnly)
    {
        var mode = readOnly ? raw.SQLITE_OPEN_READONLY : raw.SQLITE_OPEN_READWRITE;
        var code = raw.sqlite3_open_v2(path, out var handle, mode | raw.SQLITE_OPEN_NOMUTEX, null);
        var database = new Database(handle);
        try
        {
            if (code != raw.SQLITE_OK) throw SqliteFault.Of(handle, code);
            raw.sqlite3_extended_result_codes(handle, 1);
            raw.sqlite3_busy_timeout(handle, 5000);
            database.Execute("PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON");
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    /// <summary>Rows that the last INSERT, UPDATE or DELETE changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>The compiled statement of a constant text; compiled once.</summary>
    public Statement Prepared(string sql)
    {
        if (_statements.TryGetValue(sql, out var statement)) return statement;
        var code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var compiled);
        if (code != raw.SQLITE_OK) throw SqliteFault.Of(_handle, code);
        return _statements[sql] = new(_handle, compiled);
    }

    /// <summary>Runs one statement or several, as they come in scripts.</summary>
    public void Execute(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK) throw SqliteFault.Of(_handle, code);
    }

    /// <summary>The first column of the first row as text; empty where there is no row.</summary>
    public string Ask(string sql)
    {
        var statement = Prepared(sql);
        try
        {
            return statement.Step() ? statement.Text(0) ?? "" : "";
        }
        finally
        {
            statement.Reset();
        }
    }

    /// <summary>The first column of the first row as a number; zero where there is no row.</summary>
    public long AskNumber(string sql) => long.TryParse(Ask(sql), CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Moves what is in the WAL into the file as far as nobody is in the way.</summary>
    /// <returns>Whether all of it was moved, so that the next write starts the WAL afresh.</returns>
    public bool Checkpoint()
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var frames, out var moved);
        if (code is not (raw.SQLITE_OK or raw.SQLITE_BUSY)) throw SqliteFault.Of(_handle, code);
        return code == raw.SQLITE_OK && frames == moved;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _handle.Dispose();
    }
}
