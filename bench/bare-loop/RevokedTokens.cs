using SQLitePCL;

namespace Cambist.BareLoop;

/// <summary>Ids of revoked tokens in an SQLite file beside the program, empty at each start; one connection, one prepared statement.</summary>
sealed class RevokedTokens
{
    readonly Lock _turn = new();
    readonly sqlite3 _database;
    readonly sqlite3_stmt _find;

    public RevokedTokens()
    {
        Batteries_V2.Init();
        var file = Path.Combine(AppContext.BaseDirectory, "revoked.db");
        Check(raw.sqlite3_open_v2(file, out _database, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX, null));
        Check(raw.sqlite3_exec(_database, """
            PRAGMA journal_mode = WAL;
            CREATE TABLE IF NOT EXISTS revoked(jti TEXT PRIMARY KEY);
            DELETE FROM revoked;
            """));
        Check(raw.sqlite3_prepare_v3(_database, "SELECT 1 FROM revoked WHERE jti = ?", raw.SQLITE_PREPARE_PERSISTENT, out _find));
    }

    public bool Contains(string jti)
    {
        lock (_turn)
        {
            Check(raw.sqlite3_bind_text(_find, 1, jti));
            var step = raw.sqlite3_step(_find);
            raw.sqlite3_reset(_find);
            return step switch
            {
                raw.SQLITE_ROW => true,
                raw.SQLITE_DONE => false,
                _ => throw new InvalidOperationException($"SQLite: {raw.sqlite3_errmsg(_database).utf8_to_string()}"),
            };
        }
    }

    void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw new InvalidOperationException($"SQLite: {raw.sqlite3_errmsg(_database).utf8_to_string()}");
    }
}
