using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Cambist.LoadBench;

/// <summary>What the figures were measured on, and with: names and values, for a table.</summary>
sealed record Machine(IReadOnlyList<(string Name, string Value)> Facts)
{
    const int Flushes = 200;

    public static async Task<Machine> DescribeAsync(CancellationToken cancellationToken) => new(
    [
        ("date", TimeProvider.System.GetUtcNow().ToString("d MMMM yyyy", null)),
        ("commit", await CommitAsync(cancellationToken)),
        ("processor", File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown"),
        ("cores", File.ReadLines("/proc/stat").Count(line => line.StartsWith("cpu", StringComparison.Ordinal) && char.IsAsciiDigit(line[3])).ToString(null as IFormatProvider)),
        ("memory", $"{long.Parse(new string([.. File.ReadLines("/proc/meminfo").First().Where(char.IsAsciiDigit)])) * 1024 / 1e9:0.0} GB"),
        ("kernel", File.ReadAllText("/proc/sys/kernel/osrelease").Trim()),
        ("store on", $"{new DriveInfo(Folders.Work).DriveFormat}; 4 KiB written and flushed in {FlushMilliseconds():0.00} ms (median of {Flushes})"),
        (".NET", Environment.Version.ToString()),
        ("OpenSSL", OpenSsl()),
        ("SQLite", Sqlite()),
        ("PostgreSQL", (await Postgres.VersionAsync(cancellationToken)).Replace("postgres (PostgreSQL)", "", StringComparison.Ordinal).Trim()),
        ("wrk", (await Command.FirstLineAsync("wrk", cancellationToken, "-v")).Split(' ')[1]),
        ("Node.js", await Command.FirstLineAsync("node", cancellationToken, "--version")),
        ("oidc-provider", JsonNode.Parse(await File.ReadAllTextAsync("bench/oidc-provider/node_modules/oidc-provider/package.json", cancellationToken))!["version"]!.GetValue<string>()),
    ]);

    static async Task<string> CommitAsync(CancellationToken cancellationToken)
    {
        var commit = (await Command.OutputAsync("git", cancellationToken, "rev-parse", "--short", "HEAD")).Trim();
        var changes = await Command.OutputAsync("git", cancellationToken, "status", "--porcelain", "--", "src", "bench");
        return changes.Length == 0 ? commit : $"{commit}, with changes that are not committed";
    }

    /// <summary>What it costs to be durable here.</summary>
    static double FlushMilliseconds()
    {
        var times = new List<double>();
        var block = new byte[4096];
        using var file = new FileStream(Path.Combine(Folders.Work, "flushed"), FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.DeleteOnClose);
        while (times.Count < Flushes)
        {
            var begin = Stopwatch.GetTimestamp();
            file.Write(block);
            file.Flush(flushToDisk: true);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        return times.Median();
    }

    /// <summary>As SafeEvpPKeyHandle gives it: 0xMNN00PP0 (OPENSSL_VERSION_NUMBER).</summary>
    static string OpenSsl()
    {
        var number = SafeEvpPKeyHandle.OpenSslVersion;
        return $"{number >> 28}.{(number >> 20) & 0xff}.{(number >> 4) & 0xff}";
    }

    /// <summary>Of the library that is published with the server.</summary>
    static string Sqlite()
    {
        var library = NativeLibrary.Load(Folders.Published("cambist", "libe_sqlite3.so"));
        var version = Marshal.GetDelegateForFunctionPointer<LibraryVersion>(NativeLibrary.GetExport(library, "sqlite3_libversion"));
        return Marshal.PtrToStringUTF8(version()) ?? "unknown";
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    delegate nint LibraryVersion();
}
