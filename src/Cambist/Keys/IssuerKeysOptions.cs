using System.Net;

namespace Cambist;

/// <summary>What surrounds <see cref="IssuerKeys"/>.</summary>
sealed record IssuerKeysOptions
{
    /// <summary>Whether issuers and their keys may be http off loopback (<c>Cambist:AllowHttp</c>). No by default.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Resolves a host name; the system's resolver by default.</summary>
    public Func<string, CancellationToken, Task<IPAddress[]>> ResolveHost { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>
    /// Reads a <c>jwks_file</c> by its absolute path if it is another version than the one given (null at first); null where it is the
    /// same. May throw <see cref="IOException"/> and <see cref="UnauthorizedAccessException"/>. From the disk by default.
    /// </summary>
    public Func<string, FileVersion?, VersionedFile?> ReadFileIfChanged { get; init; } = VersionedFile.ReadIfChanged;
}

/// <summary>What tells two versions of a file apart: its time and length.</summary>
readonly record struct FileVersion(DateTimeOffset ModifiedAt, long Length);

/// <summary>A file as it was read.</summary>
sealed record VersionedFile(FileVersion Version, ReadOnlyMemory<byte> Content)
{
    /// <summary>Reads a file from the disk if it is another version than the known one.</summary>
    /// <exception cref="IOException">It is absent, unreadable, empty, no file but a pipe, or longer than 256 KiB.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static VersionedFile? ReadIfChanged(string path, FileVersion? known)
    {
        if (PlainFile.IsEmptyOrSpecial(path)) throw new IOException($"{path} is empty, or a pipe or a device and no file.");

        // by handle: a name may be a link whose own time never changes
        using var file = File.OpenHandle(path);
        var version = new FileVersion(new(File.GetLastWriteTimeUtc(file), TimeSpan.Zero), RandomAccess.GetLength(file));
        if (version == known) return null;
        if (version.Length > KeyFetch.MaxBytes) throw new IOException($"{path} has more than {KeyFetch.MaxBytes / 1024} KiB.");
        var content = new byte[version.Length];
        var length = 0;
        while (length < content.Length && RandomAccess.Read(file, content.AsSpan(length), length) is > 0 and var read) length += read;
        return new(version, content.AsMemory(0, length));
    }
}
