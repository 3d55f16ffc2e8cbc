using System.Diagnostics;

namespace Cambist.LoadBench;

/// <summary>Who runs where: the servers on one core, and all that puts load on them, with the database, on another.</summary>
static class Core
{
    public const int OfLoad = 0;
    public const int OfServers = 1;

    /// <summary>A command that may use both: what is done before anything is measured.</summary>
    public static ProcessStartInfo OnBoth(IEnumerable<string> command) => new("taskset", ["-c", $"{OfLoad},{OfServers}", .. command]);

    /// <summary>A command that keeps to one core, and so do the processes it starts.</summary>
    public static ProcessStartInfo Pin(int core, IEnumerable<string> command) => new("taskset", ["-c", $"{core}", .. command]);

    /// <summary>The same, with all that it writes in a file. The process that is started is the command's own: its id is the one to count and to kill.</summary>
    public static ProcessStartInfo Pin(int core, string log, IEnumerable<string> command) => Pin(core, ["sh", "-c", "exec \"$@\" >\"$0\" 2>&1", log, .. command]);
}
