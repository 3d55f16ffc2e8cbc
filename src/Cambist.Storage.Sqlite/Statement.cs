using System.Text;
using SQLitePCL;

namespace Cambist.Storage.Sqlite;

/// <summary>A compiled statement: bind, step, read, reset. Parameters count from 1, columns from 0.</summary>
sealed class Statement(sqlite3 database, sqlite3_stmt statement) : IDisposable
{
    public Statement Bind(int parameter, long value)
    {
        Check(raw.sqlite3_bind_int64(statement, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, long? value)
    {
        if (value is { } number) return Bind(parameter, number);
        Check(raw.sqlite3_bind_null(statement, parameter));
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<byte> value)
    {
        // An empty span has no address, which SQLite would take for NULL.
        Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, parameter, 0) : raw.sqlite3_bind_blob(statement, parameter, value));
        return this;
    }

    public Statement Bind(int parameter, ReadOnlySpan<char> value)
    {
        Span<byte> buffer = stackalloc byte[512];
        if (value.Length > buffer.Length / 3) buffer = new byte[Encoding.UTF8.GetMaxByteCount(value.Length)];
        var utf8 = buffer[..Encoding.UTF8.GetBytes(value, buffer)];
        Check(utf8.IsEmpty ? raw.sqlite3_bind_text(statement, parameter, "") : raw.sqlite3_bind_text(statement, parameter, utf8));
        return this;
    }

    /// <summary>True at a row; at the end, false, and the statement is ready for the next use.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW) return true;
        if (code == raw.SQLITE_DONE)
        {
            Reset();
            return false;
        }

        var fault = SqliteFault.Of(database, code);
        Reset();
        throw fault;
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        while (Step()) { }
    }

    /// <summary>Lets go of the rows: an unfinished statement keeps its snapshot, and the WAL, alive.</summary>
    public void Reset() => raw.sqlite3_reset(statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(statement, column);

    /// <summary>Valid until the next step or reset.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public string? Text(int column) => IsNull(column) ? null : Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column));

    public void Dispose() => statement.Dispose();

    void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw SqliteFault.Of(database, code);
    }
}
