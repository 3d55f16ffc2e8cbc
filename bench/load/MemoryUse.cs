namespace Cambist.LoadBench;

/// <summary>Resident memory of a server, in MB of a million bytes: when the rounds were over, and at its highest since the start.</summary>
sealed record MemoryUse(string Name, double Now, double Highest)
{
    public static MemoryUse Of(Server server)
    {
        var (now, highest) = ProcessTimes.Memory(server.ProcessId);
        return new(server.Name, now, highest);
    }
}
