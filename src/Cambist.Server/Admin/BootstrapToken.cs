using System.Buffers.Text;
using System.Security.Cryptography;

namespace Cambist.Server;

/// <summary>
/// The bootstrap token of the admin API: <c>Cambist:AdminToken</c>; else the one in <c>admin-token</c> beside the store, made when a
/// store has none; off on PostgreSQL where it is not set. The store keeps its hash alone.
/// </summary>
static class BootstrapToken
{
    public const string FileName = "admin-token";
    const int ShortestUnwarned = 32;

    /// <summary>Has the store know the token.</summary>
    /// <returns>The token where it was made now, for a terminal; null where there was one.</returns>
    public static async Task<string?> EnsureAsync(CambistEngine engine, ServerSettings settings, ILogger log, CancellationToken cancellationToken)
    {
        if (settings.AdminToken is { } set)
        {
            if (set.Length < ShortestUnwarned) log.LogWarning("Cambist:AdminToken has fewer than {Shortest} characters; whoever guesses it mints, revokes and reads. cambist new secret prints a good one", ShortestUnwarned);
            await engine.Administrators.KeepBootstrapTokenAsync(set, cancellationToken);
            return null;
        }

        if (PathOf(settings) is not { } path)
        {
            // Off: what an earlier start kept opens nothing any more.
            if (await engine.Store.Registries.FindAdminTokenHashAsync(cancellationToken) is { Length: > 0 }) await engine.Store.Registries.SaveAdminTokenHashAsync(default, cancellationToken);
            return null;
        }

        try
        {
            if (Read(path) is { } kept)
            {
                await engine.Administrators.KeepBootstrapTokenAsync(kept, cancellationToken);
                return null;
            }

            if (await engine.Store.Registries.FindAdminTokenHashAsync(cancellationToken) is not null) return null; // somebody keeps it elsewhere
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
