using System.Security.Cryptography;

namespace Cambist.Yaml;

/// <summary>
/// Remembers files, and lists of what is in a folder, as they were read, there or not, and tells whether they would read otherwise now: by time and length, and
/// where those differ by a hash. Polled, not notified: notifications break on the links of a mounted ConfigMap, on editors that
/// rename, and on limits of the system.
/// </summary>
sealed class WatchedFiles
{
    /// <summary>The clocks of file systems are coarse: a file this young is not known by its time yet (git calls it racily clean).</summary>
    static readonly TimeSpan Coarse = TimeSpan.FromSeconds(3);

    readonly Dictionary<string, Seen> _files = new(StringComparer.Ordinal);
    bool _changedMeanwhile; // one that was read twice, and read otherwise

    sealed record Seen(Func<byte[]?> Read, FileStamp? Stamp, DateTimeOffset At, string Hash)
    {
        public bool IsSettled => Stamp is null || At - Stamp.Value.ModifiedAt > Coarse;
    }

    readonly record struct FileStamp(DateTimeOffset ModifiedAt, long Length);

    /// <summary>Reads a file and remembers it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="read">Reads it; null where it cannot be had. Called again by <see cref="HaveChanged"/>.</param>
    public byte[]? Read(string path, Func<byte[]?> read)
    {
        var (stamp, at) = (StampOf(path), TimeProvider.System.GetUtcNow()); // before the content: what is written meanwhile is seen as a change
        var content = read();
        var seen = new Seen(read, stamp, at, HashOf(content));
        _changedMeanwhile |= _files.TryGetValue(path, out var before) && before.Hash != seen.Hash;
        _files[path] = seen;
        return content;
    }

    /// <summary>The hash of a file as it was read; of its absence too.</summary>
    public string HashOf(string path) => _files[path].Hash;

    /// <summary>Forgets all of them.</summary>
    public void Clear()
    {
        _files.Clear();
        _changedMeanwhile = false;
    }

    /// <summary>Whether one would read otherwise now.</summary>
    public bool HaveChanged()
    {
        if (_changedMeanwhile) return true;
        List<(string Path, Seen Seen)>? touched = null; // the collection is not changed while it is walked
        foreach (var (path, seen) in _files)
        {
            var (stamp, at) = (StampOf(path), TimeProvider.System.GetUtcNow());
            if (stamp == seen.Stamp && seen.IsSettled) continue;
            if (HashOf(seen.Read()) != seen.Hash) return true;
            (touched ??= []).Add((path, seen with { Stamp = stamp, At = at }));
        }

        foreach (var (path, seen) in touched ?? []) _files[path] = seen;
        return false;
    }

    /// <summary>The hash of a content; of its absence too.</summary>
    public static string HashOf(byte[]? content) => content is null ? "none" : Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>By name and not by handle: to open a pipe would wait for its writer.</summary>
    static FileStamp? StampOf(string path)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target; // a link's own time never changes
            if (file.Exists) return new(new(file.LastWriteTimeUtc, TimeSpan.Zero), file.Length);
            var folder = new DirectoryInfo(file.FullName);
            return folder.Exists ? new(new(folder.LastWriteTimeUtc, TimeSpan.Zero), 0) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
