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
            throw new StoreUnavailableException($"The store {path} cannot be opened: {e.Message.TrimEnd('.')}. See its folder and permissions, or name another (Cambist:Storage)", e);
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
