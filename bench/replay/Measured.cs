using System.Diagnostics;

namespace Cambist.ReplayBench;

/// <summary>One run of <c>cambist replay</c>, in a process of its own.</summary>
static class Measured
{
    public static async Task RunAsync(string storage, string draft, bool shows)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "Cambist.Server.dll"), "replay", "--registry", draft, "--storage", storage, "--since", "7d", "--examples", "1"]) start.ArgumentList.Add(argument);
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var peak = 0L;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, Peak(process.Id));
            await Task.Delay(20);
        }

        if (shows || process.ExitCode != 0) Console.WriteLine(await output);
        Console.WriteLine($"exit code {process.ExitCode}, {watch.Elapsed.TotalSeconds:N1} s, {peak / 1024:N0} MiB resident at most");
    }

    /// <summary>The most that was ever resident, in KiB.</summary>
    static long Peak(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.AsSpan(6).Trim().TrimEnd("kB").Trim(), System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            return 0; // it ended meanwhile
        }
    }
}
