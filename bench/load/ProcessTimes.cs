using System.Globalization;

namespace Cambist.LoadBench;

/// <summary>What the kernel counts of processes and cores (proc(5)).</summary>
static class ProcessTimes
{
    /// <summary>USER_HZ, which is 100 on every Linux that .NET runs on.</summary>
    const double TicksASecond = 100;

    /// <summary>Processor time a process has used, in user and kernel mode.</summary>
    public static TimeSpan Cpu(int process)
    {
        var fields = Fields($"/proc/{process}");
        return fields is null ? TimeSpan.Zero : TimeSpan.FromSeconds((Number(fields[11]) + Number(fields[12])) / TicksASecond);
    }

    /// <summary>The same for a process and all that it has started, by process id, so that one that ends meanwhile can be told.</summary>
    public static IReadOnlyDictionary<int, TimeSpan> CpuOfTree(int process)
    {
        var ids = new List<int> { process };
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Fields(folder) is { } fields && (int)Number(fields[1]) == process) ids.Add(id);
        }

        return ids.ToDictionary(id => id, Cpu);
    }

    /// <summary>How long a core has been busy, and how long it has been there.</summary>
    public static (TimeSpan Busy, TimeSpan All) OfCore(int core)
    {
        var line = File.ReadLines("/proc/stat").First(one => one.StartsWith($"cpu{core} ", StringComparison.Ordinal));
        var times = line.Split(' ')[1..9].Select(Number).ToArray(); // guest times behind them are in user time already
        var idle = times[3] + times[4];
        return (TimeSpan.FromSeconds((times.Sum() - idle) / TicksASecond), TimeSpan.FromSeconds(times.Sum() / TicksASecond));
    }

    /// <summary>Resident memory of a process, now and at its highest, in MB of a million bytes.</summary>
    public static (double Now, double Highest) Memory(int process)
    {
        var lines = File.ReadAllLines($"/proc/{process}/status");
        return (Megabytes("VmRSS:"), Megabytes("VmHWM:"));

        double Megabytes(string name) => Number(lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal)) * 1024 / 1e6;
    }

    /// <summary>Fields of /proc/ID/stat from the state on: the command's name before it may hold spaces. Null for a process that is gone.</summary>
    static string[]? Fields(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    static double Number(string text) => double.Parse(text.Trim(), CultureInfo.InvariantCulture);
}
