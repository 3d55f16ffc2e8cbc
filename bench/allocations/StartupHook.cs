using Microsoft.Win32.SafeHandles;

/// <summary>
/// Loaded into a .NET process by DOTNET_STARTUP_HOOKS, writes every 100 ms, into the file that CAMBIST_ALLOCATIONS names, one line: the bytes
/// that the process has allocated on the managed heap since its start, and its collections of generation 0, 1 and 2.
/// </summary>
static class StartupHook
{
    /// <summary>Called by the runtime before the program's own entry point.</summary>
    public static void Initialize()
    {
        var path = Environment.GetEnvironmentVariable("CAMBIST_ALLOCATIONS") ?? throw new InvalidOperationException("CAMBIST_ALLOCATIONS has to name the file to write.");
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        new Thread(() => WriteForever(file)) { IsBackground = true, Name = "allocations" }.Start();
    }

    /// <summary>Allocates nothing itself, so as not to be in the figure.</summary>
    static void WriteForever(SafeFileHandle file)
    {
        Span<byte> line = stackalloc byte[96];
        while (true)
        {
            line.Fill((byte)' '); // always the whole line, so that nothing of a longer one is left
            var length = Write(line, 0, GC.GetTotalAllocatedBytes());
            for (var generation = 0; generation <= 2; generation++) length = Write(line, length, GC.CollectionCount(generation));
            line[^1] = (byte)'\n';
            RandomAccess.Write(file, line, 0);
            Thread.Sleep(100);
        }
    }

    /// <returns>Where the next number goes: a space behind this one.</returns>
    static int Write(Span<byte> line, int at, long number) =>
        number.TryFormat(line[at..], out var written) ? at + written + 1 : throw new InvalidOperationException("The line is too short.");
}
