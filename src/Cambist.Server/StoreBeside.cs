using Cambist.Storage.Sqlite;

namespace Cambist.Server;

/// <summary>The store of a server, for a command beside it; the server may run or not.</summary>
static class StoreBeside
{
    /// <exception cref="FailedException">There is none: a command never makes one.</exception>
    /// <exception cref="StoreUnavailableException">It cannot be used.</exception>
    public static Store Open(ServerSettings settings)
    {
        var path = settings.SqlitePath;
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
            throw new FailedException($"There is no store at {path}, and none was made. Name the server's store with --storage sqlite:PATH, or run this in the folder that the server runs in.");
        return SqliteStore.Open(path, TimeProvider.System, new() { BesideServer = true });
    }
}
