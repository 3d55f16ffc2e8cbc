using System.Collections.Immutable;

namespace Cambist.Yaml;

/// <summary>
/// The one folder that files named in a registry lie in. A name that leads out of it, by <c>..</c> or by a link, is answered
/// like one that does not exist. Remembers what was asked for, so that changes of those files can be seen.
/// </summary>
sealed class SecretsFolder
{
    /// <summary>The most bytes of a file that are read: 256 KiB, as of a fetched JWK set.</summary>
    public const int MaxBytes = 256 * 1024;

    readonly string _folder;
    readonly SortedDictionary<string, byte[]?> _asked = new(StringComparer.Ordinal);

    readonly WatchedFiles _watched;
    readonly IReadOnlyDictionary<string, byte[]?>? _instead;

    /// <summary>
    /// A folder; it may not exist yet. What is read of it is remembered in <paramref name="watched"/>; what is in
    /// <paramref name="instead"/>, by path, is given in place of what was read.
    /// </summary>
    public SecretsFolder(string folder, WatchedFiles watched, IReadOnlyDictionary<string, byte[]?>? instead = null) =>
        (_folder, _watched, _instead) = (Path.GetFullPath(folder), watched, instead);

    /// <summary>Paths of all files that were asked for, there or not.</summary>
    public ImmutableArray<string> Asked => [.. _asked.Keys];

    /// <summary>What was given of each, by path; null where there was nothing.</summary>
    public IReadOnlyDictionary<string, byte[]?> Contents => _asked;

    /// <summary>Reads a file by the name a registry uses, once; null where there is none that may be read. Throws nothing.</summary>
    public SecretFile? Read(string name)
    {
        if (PathOf(name) is not { } path) return null;
        if (!_asked.TryGetValue(path, out var content))
        {
            content = _watched.Read(path, () => Content(path));
            if (_instead is not null && _instead.TryGetValue(path, out var other)) content = other;
            _asked.Add(path, content);
        }

        return content is null ? null : new(path, content);
    }

    string? PathOf(string name)
    {
        try
        {
            var path = Path.GetFullPath(Path.Combine(_folder, name));
            return IsWithin(path, _folder) ? path : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    byte[]? Content(string path)
    {
        try
        {
            if (!File.Exists(path) || !IsWithin(Resolved(path), Resolved(_folder))) return null;
            if (PlainFile.IsEmptyOrSpecial(path)) return [];

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[MaxBytes + 1];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length > MaxBytes ? null : content[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    static bool IsWithin(string path, string folder) =>
        path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    // every part of a path may be a link, as in a mounted secret: file -> ..data/file -> ..2030_01_31/file
    static string Resolved(string path)
    {
        var root = Path.GetPathRoot(path)!;
        var pending = new Stack<string>(path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        var resolved = root;
        for (var links = 0; pending.TryPop(out var part);)
        {
            var next = Path.Combine(resolved, part);
            var target = new FileInfo(next).LinkTarget;
            if (target is null)
            {
                resolved = next;
                continue;
            }

            if (++links > 40) throw new IOException("Links lead in a circle.");
            var full = Path.GetFullPath(target, resolved);
            resolved = Path.GetPathRoot(full)!;
            foreach (var step in full[resolved.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse()) pending.Push(step);
        }

        return resolved;
    }
}
