using System.Globalization;

namespace Cambist.Storage.Sqlite;

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
