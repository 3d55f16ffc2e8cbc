using System.Diagnostics;
using System.Text;

namespace Cambist.Testing;

/// <summary>A secret was found where none belongs. The message names the place and never the secret.</summary>
public sealed class SecretFoundException(string message) : Exception(message);

/// <summary>
/// Looks through all that a server has written, said and kept for all that it was told in confidence. Every server of these tests
/// is looked through when it is disposed.
/// </summary>
public sealed class SecretHunt
{
    static long _started, _looks, _secrets, _lines, _files, _bytes, _tags, _said, _ticks;

    readonly SecretIndex _index;
    readonly List<string> _found = [];

    SecretHunt(SecretIndex index) => _index = index;

    /// <summary>Tags of metrics and traces of this process so far, and the names of its activities.</summary>
    public static IReadOnlyCollection<string> Telemetry => [.. HeardTelemetry.Tags];

    /// <summary>A server was started, and will be looked through.</summary>
    internal static void Begin()
    {
        HeardTelemetry.Begin();
        Interlocked.Increment(ref _started);
    }

    /// <summary>What was searched in this process so far, in one line.</summary>
    /// <exception cref="InvalidOperationException">Nothing was.</exception>
    public static string Report()
    {
        long[] counts = [_looks, _secrets, _lines, _files, _tags, _said];
        if (counts.Contains(0)) throw new InvalidOperationException($"The hunt for secrets searched nothing: {string.Join(' ', counts)}");
        return $"hunt: {_started} servers in {_looks} looks, for {_secrets} secrets in {_lines} log lines, {_said} errors and documents, {_files} files ({_bytes / 1024 / 1024} MiB) and {_tags} tags of metrics and traces, {Stopwatch.GetElapsedTime(0, _ticks).TotalSeconds:F1} s";
    }

    /// <summary>Looks through what a server leaves behind.</summary>
    /// <param name="wire">What it was told.</param>
    /// <param name="log">What it wrote.</param>
    /// <param name="folders">The folders of its registry and of its store.</param>
    /// <exception cref="SecretFoundException">There it is.</exception>
    /// <exception cref="InvalidOperationException">There is nothing to look through.</exception>
    public static void Through(WireSecrets wire, IReadOnlyCollection<string> log, params IReadOnlyCollection<string> folders)
    {
        var start = Stopwatch.GetTimestamp();
        var files = folders.Distinct().SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).ToArray();
        foreach (var (name, what) in new[] { ("admin-token", "admin token"), ("cambist.key", "sealing key") })
            foreach (var line in files.Where(file => Path.GetFileName(file) == name).SelectMany(File.ReadLines)) wire.AddIfSecret(what, line.Trim());

        var secrets = wire.Values;
        var hunt = new SecretHunt(new(secrets));
        hunt.Lines(log, "the log", line => line.IndexOf(": ", StringComparison.Ordinal) is > 0 and < 120 and var end ? line[..end] : "");
        hunt.Lines(wire.Said, "an answer", _ => "");
        var tags = HeardTelemetry.Tags;
        hunt.Lines(tags, "a tag of a metric or a trace", tag => tag.Split('=')[0]);
        var searched = hunt.Files(files);

        if (log.Count == 0 || searched == 0 || secrets.Count == 0) throw new InvalidOperationException($"Nothing was searched in {string.Join(", ", folders)}: {log.Count} lines, {searched} files, {secrets.Count} secrets.");
        Interlocked.Increment(ref _looks);
        Interlocked.Add(ref _secrets, secrets.Count);
        Interlocked.Add(ref _lines, log.Count);
        Interlocked.Add(ref _said, wire.Said.Count);
        Interlocked.Add(ref _files, searched);
        InterlockedMax(ref _tags, tags.Count);
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - start);
        if (hunt._found.Count > 0) throw new SecretFoundException(string.Join('\n', hunt._found.Distinct()));
    }

    void Lines(IEnumerable<string> lines, string place, Func<string, string> where)
    {
        foreach (var line in lines)
            if (_index.Find(Encoding.UTF8.GetBytes(line)) is { } what) _found.Add($"{place} holds {what}: {where(line)}");
    }

    int Files(string[] files)
    {
        // The registry and the files that it names are the operator's, and what stands there in clear is in the copy that the store keeps.
        var registry = string.Join('\n', files.Where(file => file.EndsWith(".yaml", StringComparison.Ordinal)).Select(File.ReadAllText));
        var allowed = _index.PiecesIn(Encoding.UTF8.GetBytes(registry));
        var count = 0;
        foreach (var file in files)
        {
            var name = Path.GetFileName(file);
            if (name is "admin-token" or "cambist.key" || file.EndsWith(".yaml", StringComparison.Ordinal) || registry.Contains(name, StringComparison.Ordinal)) continue;
            if (ReadShared(file) is not { } bytes) continue;
            count++;
            Interlocked.Add(ref _bytes, bytes.Length);
            if (_index.Find(bytes, allowed) is { } what) _found.Add($"the file {name} holds {what}");
        }

        return count;
    }

    static byte[]? ReadShared(string file)
    {
        try
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            return copy.ToArray();
        }
        catch (IOException) when (file.EndsWith(".lock", StringComparison.Ordinal) || !File.Exists(file))
        {
            return null; // held by the server, which is looked through once more when it has ended; or a log just folded into its database
        }
    }

    static void InterlockedMax(ref long most, long value)
    {
        for (var now = Volatile.Read(ref most); value > now; now = Volatile.Read(ref most)) Interlocked.CompareExchange(ref most, value, now);
    }
}
