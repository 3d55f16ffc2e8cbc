using Cambist.Storage.Postgres;
using Cambist.Storage.Sqlite;

namespace Cambist.Server;

/// <summary>The store of a server, for a command beside it; the server may run or not.</summary>
static class StoreBeside
{
    const string FileBeside = "cambist.db";

    /// <exception cref="FailedException">There is none: a command never makes one.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be used.</exception>
    public static Store Open(ServerSettings settings)
    {
        if (settings.SqlitePath is not { } path) return Understood(() => PostgresStore.Open(settings.Storage, TimeProvider.System, new() { MustExist = true }));
        if (!Exists(settings))
            throw new FailedException($"There is no store at {path}, and none was made. {WhereElse()}");
        return SqliteStore.Open(path, TimeProvider.System, new() { BesideServer = true });
    }

    /// <summary>Whether there is one to be opened; of PostgreSQL that is taken for granted.</summary>
    public static bool Exists(ServerSettings settings) => settings.SqlitePath is not { } path || (File.Exists(path) && new FileInfo(path).Length > 0);

    /// <summary>The demo, and whoever starts a server in the folder of its store, has it beside.</summary>
    static string WhereElse() => File.Exists(FileBeside)
        ? $"There is a {FileBeside} in this folder: --storage sqlite:{FileBeside}"
        : "Name the server's store with --storage sqlite:PATH, or run this in the folder that the server runs in.";

    /// <summary>Says where a connection to PostgreSQL is not understood, without a value of it.</summary>
    public static T Understood<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (FormatException e)
        {
            throw new FailedException($"Cambist:Storage: {e.Message}");
        }
    }
}
