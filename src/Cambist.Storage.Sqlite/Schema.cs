namespace Cambist.Storage.Sqlite;

/// <summary>
/// The store's tables, made by numbered scripts. A release runs on the schema it knows and on the next one, so that a
/// server can be taken back one release.
/// </summary>
static class Schema
{
    /// <summary>The schema this release makes.</summary>
    public const int Version = 4;

    const int ApplicationId = 0x43_4D_42_54; // "CMBT": nobody else's database is taken for ours

    static readonly string[] Scripts = ["001_ledger", "002_keys_and_registry", "003_key_lives", "004_search"];

    /// <summary>Brings the schema up to a version, each step in its own transaction.</summary>
    /// <exception cref="StoreUnavailableException">The file belongs to something else, or to a release too new for this one.</exception>
    public static void Upgrade(Database database, string path, int to = Version)
    {
        for (var version = Check(database, path); version < to; version = Check(database, path))
        {
            database.Execute("BEGIN IMMEDIATE");
            try
            {
                // Another process may have been first.
                if (database.AskNumber("PRAGMA user_version") == version)
                    database.Execute($"{Script(Scripts[version])}; PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {version + 1}");
                database.Execute("COMMIT");
            }
            catch
            {
                if (database.InTransaction) database.Execute("ROLLBACK");
                throw;
            }
        }
    }

    static int Check(Database database, string path)
    {
        var version = (int)database.AskNumber("PRAGMA user_version");
        var isOurs = database.AskNumber("PRAGMA application_id") == ApplicationId;
        var isNew = version == 0 && database.AskNumber("SELECT count(*) FROM sqlite_schema") == 0;
        if (!isOurs && !isNew) throw new StoreUnavailableException($"{path} is an SQLite database, but not one of Cambist. Name another file.");
        if (version > Version + 1)
            throw new StoreUnavailableException(
                $"{path} has store schema {version}; this release knows {Version} and runs on {Version + 1} at most. Start the newer release, or restore a copy from before its upgrade.");
        return version;
    }

    static string Script(string name)
    {
        using var stream = typeof(Schema).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"Script {name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
