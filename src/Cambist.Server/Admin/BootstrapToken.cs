using System.Buffers.Text;
using System.Security.Cryptography;

namespace Cambist.Server;

/// <summary>
/// The bootstrap token of the admin API: the one that was set last as <c>Cambist:AdminToken</c>; else the one in <c>admin-token</c>
/// beside the store, made when a store has none; off on PostgreSQL where it is not set. The store keeps its hash alone.
/// </summary>
static class BootstrapToken
{
    public const string FileName = "admin-token";

    /// <summary>Has the store know the token.</summary>
    /// <returns>The token where it was made now, for a terminal; null where there was one.</returns>
    public static async Task<string?> EnsureAsync(CambistEngine engine, ServerSettings settings, ILogger log, CancellationToken cancellationToken)
    {
        if (settings.AdminToken is { } set)
        {
            if (await engine.Administrators.KeepBootstrapTokenAsync(set, cancellationToken)) log.LogInformation("Cambist:AdminToken replaced the bootstrap token of the admin API: the one before opens nothing any more");
            if (PathOf(settings) is { } stale) RemoveStale(stale, set, log);
            return null;
        }

        if (PathOf(settings) is not { } path)
        {
            await engine.Administrators.KeepBootstrapTokenAsync(null, cancellationToken); // off: what an earlier start kept opens nothing any more
            return null;
        }

        try
        {
            var inFile = Read(path);
            if (await engine.Administrators.HasBootstrapTokenAsync(cancellationToken))
            {
                // What is kept stays in force: a file can be older than what replaced it. Without one, somebody keeps it elsewhere.
                if (inFile is not null && !await engine.Administrators.IsBootstrapTokenAsync(inFile, cancellationToken))
                    log.LogWarning("{Path} does not hold the bootstrap token that is in force, and opens nothing; delete it. Cambist:AdminToken replaces the one in force", path);
                return null;
            }

            if (inFile is not null)
            {
                await engine.Administrators.KeepBootstrapTokenAsync(inFile, cancellationToken); // made by a start that went no further
                return null;
            }

            var made = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
            Write(path, made); // before its hash is kept, or a crash between the two would leave a token that nobody knows
            await engine.Administrators.KeepBootstrapTokenAsync(made, cancellationToken);
            log.LogInformation("Made the bootstrap token of the admin API: {Path}", path);
            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"{path} cannot be used ({e.Message.TrimEnd('.')}); see its folder and permissions, or set Cambist:AdminToken");
        }
    }

    /// <summary>Beside the SQLite store; null with PostgreSQL, where no folder is all nodes'.</summary>
    public static string? PathOf(ServerSettings settings) => settings.SqlitePath is { } store ? Path.Combine(Path.GetDirectoryName(store)!, FileName) : null;

    /// <summary>A file that holds another token than the one that was set opens nothing any more, and would be tried.</summary>
    static void RemoveStale(string path, string set, ILogger log)
    {
        try
        {
            if (!File.Exists(path) || PlainFile.IsEmptyOrSpecial(path) || File.ReadAllText(path).Trim() == set) return;
            File.Delete(path);
            log.LogInformation("Removed {Path}: Cambist:AdminToken took the place of the bootstrap token in it", path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.LogWarning("{Path} holds a bootstrap token that Cambist:AdminToken replaced, and cannot be removed ({Fault}); delete it", path, e.Message);
        }
    }

    static string? Read(string path)
    {
        if (!File.Exists(path) || PlainFile.IsEmptyOrSpecial(path)) return null;
        var token = File.ReadAllText(path).Trim();
        if (token.Length == 0) return null;
        return BearerToken.IsToken68(token) ? token : throw new FailedException($"{path} holds no token that fits a header: letters, digits and -._~+/ alone. Mend it, or delete it and set Cambist:AdminToken");
    }

    static void Write(string path, string token)
    {
        File.Delete(path); // an empty one may have been made for more eyes
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(System.Text.Encoding.ASCII.GetBytes(token + "\n"));
        file.Flush(flushToDisk: true);
    }
}
