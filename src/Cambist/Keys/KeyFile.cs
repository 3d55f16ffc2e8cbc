using System.Security.Cryptography;
using System.Text;

namespace Cambist;

/// <summary>
/// The file with the keys that seal private keys (<c>Cambist:KeyFile</c>): one base64 of 32 bytes a line, <c>#</c> begins a comment
/// line. The last line seals, all open; to change the key, append a line.
/// </summary>
static class KeyFile
{
    const int MaxBytes = 64 * 1024;
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode Others = ~(OwnerOnly | UnixFileMode.UserExecute);

    /// <summary>Reads a key file; where there is none and it may, makes one that only its owner can read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mayCreate">Whether an absent or empty file is filled with a new key.</param>
    /// <param name="listener">Hears when a file was made (<c>key_file_created</c>) and when others may read it (<c>key_file_readable_by_others</c>).</param>
    /// <exception cref="KeySealException">It is missing, cannot be read, or holds no key; the message says what to do.</exception>
    public static KeySealer ReadOrCreate(string path, bool mayCreate, IEngineListener listener)
    {
        try
        {
            var text = Read(path);
            if (string.IsNullOrEmpty(text) && mayCreate) text = Fill(path, listener);
            if (text is null) throw new KeySealException($"There is no key file at {path}. Set Cambist:KeyFile, or make one with: cambist new key-file");
            WarnIfOthersMayRead(path, listener);
            return new KeySealer(Parse(path, text));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeySealException($"The key file {path} (Cambist:KeyFile) cannot be used: {failure.Message}", failure);
        }
    }

    /// <summary>One new line of a key file.</summary>
    public static string NewLine() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeySealer.KeyBytes));

    static string? Read(string path)
    {
        try
        {
            using var file = Open(path, FileMode.Open, FileAccess.Read);
            return ReadAll(path, file);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // Two servers may start at once: whoever gets the lock first writes the key, the other finds it there. A start that was
    // killed between making the file and writing it leaves an empty one, which the next start fills.
    static string Fill(string path, IEngineListener listener)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var file = Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        var text = ReadAll(path, file);
        if (text.Length > 0) return text;

        text = NewLine() + "\n";
        file.Write(Encoding.ASCII.GetBytes(text));
        file.Flush(flushToDisk: true);
        listener.On(new(EngineEventSeverity.Information, "key_file_created", $"Made the key file {path}. Back it up apart from the store: without it the store's keys cannot be opened."));
        return text;
    }

    static FileStream Open(string path, FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = access == FileAccess.Read ? FileShare.Read : FileShare.None };
        if (mode != FileMode.Open && !OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException busy) when (attempt < 100 && busy is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
            {
                Thread.Sleep(20); // another start holds the lock for as long as it takes to write one line
            }
        }
    }

    static string ReadAll(string path, FileStream file)
    {
        if (file.Length > MaxBytes) throw new KeySealException($"{path} has {file.Length} bytes and is no key file. Look at Cambist:KeyFile.");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    static List<byte[]> Parse(string path, string text)
    {
        var keys = new List<byte[]>();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            var key = new byte[KeySealer.KeyBytes];
            if (!Convert.TryFromBase64String(line, key, out var length) || length != KeySealer.KeyBytes)
                throw new KeySealException($"Line {i + 1} of the key file {path} (Cambist:KeyFile) is not the base64 of {KeySealer.KeyBytes} bytes.");
            keys.Add(key);
        }

        return keys.Count > 0 ? keys : throw new KeySealException($"The key file {path} (Cambist:KeyFile) holds no key. Make one with: cambist new key-file");
    }

    static void WarnIfOthersMayRead(string path, IEngineListener listener)
    {
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Others) == 0) return;
        listener.On(new(EngineEventSeverity.Warning, "key_file_readable_by_others", $"The key file {path} can be read or written by others than its owner: chmod 600 {path}"));
    }
}
