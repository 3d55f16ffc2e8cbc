using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// The store's tables, in the schema <c>cambist</c> of the database, made by numbered scripts. A release runs on the schema it knows and on
/// the next one, so that nodes can be upgraded, and taken back, one by one.
/// </summary>
static class Schema
{
    /// <summary>The schema this release makes.</summary>
    public const int Version = 1;

    static readonly string[] Scripts = ["001_ledger"];

    const string Look = "SELECT to_regclass('cambist.schema_version') IS NOT NULL, EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('cambist'))";

    /// <summary>Brings the schema up to date, each step in its own transaction; of nodes that start together one does, and the others wait.</summary>
    /// <exception cref="StoreUnavailableException">The schema belongs to something else, or to a release too new for this one.</exception>
    public static async Task UpgradeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        while (await VersionAsync(connection, cancellationToken) < Version)
        {
            await Connections.RunAsync(connection, Sql.Begin, "SET LOCAL statement_timeout = 0", "SET LOCAL lock_timeout = 0", Sql.LockMigrations);
            var version = await VersionAsync(connection, cancellationToken); // another node may have been first
            if (version < Version)
            {
                await using var script = new NpgsqlCommand(Script(Scripts[version]), connection) { CommandTimeout = 0 };
                await script.ExecuteNonQueryAsync(cancellationToken);
                await Connections.RunAsync(connection, $"UPDATE cambist.schema_version SET version = {version + 1}");
            }

            await Connections.RunAsync(connection, Sql.Commit);
        }
    }

    /// <summary>The version of the schema; zero where there is none.</summary>
    public static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using (var look = new NpgsqlCommand(Look, connection))
        await using (var row = await look.ExecuteReaderAsync(cancellationToken))
        {
            await row.ReadAsync(cancellationToken);
            var (isOurs, isUsed) = (row.GetBoolean(0), row.GetBoolean(1));
            if (!isOurs && isUsed) throw new StoreUnavailableException($"The database {connection.Database} has a schema cambist that is not one of Cambist. Name another database (Cambist:Storage)");
            if (!isOurs) return 0;
        }

        await using var ask = new NpgsqlCommand("SELECT version FROM cambist.schema_version", connection);
        var version = (int)(await ask.ExecuteScalarAsync(cancellationToken))!;
        if (version > Version + 1)
            throw new StoreUnavailableException(
                $"The database {connection.Database} has store schema {version}; this release knows {Version} and runs on {Version + 1} at most. Start the newer release, or restore a copy from before its upgrade");
        return version;
    }

    static string Script(string name)
    {
        using var stream = typeof(Schema).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"Script {name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
