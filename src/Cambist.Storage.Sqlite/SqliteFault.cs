using SQLitePCL;

namespace Cambist.Storage.Sqlite;

/// <summary>What an error code of SQLite means to the ledger.</summary>
static class SqliteFault
{
    /// <summary>
    /// Refused data is <see cref="LedgerEntryRejectedException"/>, a fault in our SQL is a bug; everything else (disk full, I/O
    /// error, busy, corrupt, out of memory) says that the store cannot serve now.
    /// </summary>
    public static Exception Of(sqlite3 database, int code)
    {
        var message = $"SQLite: {raw.sqlite3_errmsg(database).utf8_to_string()} ({code})";
        return (code & 0xff) switch
        {
            raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH => new LedgerEntryRejectedException(message),
            raw.SQLITE_ERROR or raw.SQLITE_MISUSE or raw.SQLITE_RANGE => new InvalidOperationException(message),
            _ => new StoreUnavailableException(message),
        };
    }
}
