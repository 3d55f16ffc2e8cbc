using System.Globalization;

namespace Cambist.Storage.Sqlite;

/// <summary>The database file: made for its owner's eyes only, with its folder.</summary>
static class StoreFile
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes the file where it is missing.</summary>
    /// <returns>Its full path with links followed, so that one file has one lock.</returns>
    /// <exception cref="StoreUnavailableException">It cannot be made.</exception>
    public static string Prepare(string path)
    {
        try
        {
            path = Path.GetFullPath(path);
            var folder = Path.GetDirectoryName(path)!;
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
            if (new FileInfo(path).LinkTarget is not null) path = File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            // SQLite gives its -wal and -shm files the mode of the database. An existing one is not opened here: closing any
            // handle of a file drops the locks that SQLite holds on it in this process.
            if (!File.Exists(path)) Open(path, FileMode.CreateNew, FileShare.ReadWrite).Dispose();
            return path;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreUnavailableException($"The store {path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Opens a file, with mode 0600 if it is made.</summary>
    public static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open) options.UnixCreateMode = OwnerOnly;
        return new(path, options);
    }
}

/// <summary>
/// Lets one server at a time have a store. The lock is the operating system's, so one that died, however it died, does not
/// keep it; the file's existence means nothing.
/// </summary>
sealed class ServerLock : IDisposable
{
    readonly FileStream _lock;
    readonly string _holderPath;

    ServerLock(FileStream @lock, string holderPath)
    {
        _lock = @lock;
        _holderPath = holderPath;
    }

    /// <exception cref="StoreUnavailableException">Another server has it; the message says which process.</exception>
    public static ServerLock Take(string storePath)
    {
        var (lockPath, holderPath) = (storePath + ".lock", storePath + ".pid");
        FileStream held;
        try
        {
            held = StoreFile.Open(lockPath, FileMode.OpenOrCreate, FileShare.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var holder = Holder(holderPath);
            throw new StoreUnavailableException(
                $"The store {storePath} is in use by another server{(holder is null ? "" : $", process {holder}")}. Stop it first, or give this one another store. ({e.Message})", e);
        }

        // Beside the lock, not in it: a locked file cannot be read everywhere.
        using (var stream = StoreFile.Open(holderPath, FileMode.Create, FileShare.Read))
        using (var writer = new StreamWriter(stream))
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId} on {Environment.MachineName}"));
        return new(held, holderPath);
    }

    public void Dispose()
    {
        File.Delete(_holderPath);
        _lock.Dispose();
    }

    static string? Holder(string holderPath)
    {
        try
        {
            return File.ReadAllText(holderPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
