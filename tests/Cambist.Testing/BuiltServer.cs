using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Cambist.Testing;

/// <summary>The server as it was built beside the tests, as a command.</summary>
public static class BuiltServer
{
    /// <summary>The root of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The built <c>Cambist.Server.dll</c>, of the same configuration as the tests.</summary>
    public static string Assembly { get; } = AssemblyOf("Cambist.Server");

    /// <summary>
    /// Runs <c>cambist</c> with <paramref name="arguments"/> in <paramref name="folder"/> until it ends, and ends it when
    /// <paramref name="cancellation"/> says so.
    /// </summary>
    public static async Task<CommandResult> RunAsync(
        string folder, IEnumerable<string> arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null, CancellationToken cancellation = default)
    {
        using var process = Start(folder, arguments, redirectInput: true, environment);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var error = process.StandardError.ReadToEndAsync(cancellation);
            await process.StandardInput.WriteAsync(input.AsMemory(), cancellation);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancellation);
            return new(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary>
    /// Starts <c>cambist</c> in <paramref name="folder"/>; its output and errors are redirected. It is the caller's to end and to
    /// dispose of. With <paramref name="under"/> another command starts it, such as <c>strace -D</c>.
    /// </summary>
    public static Process Start(
        string folder, IEnumerable<string> arguments, bool redirectInput = false, IReadOnlyDictionary<string, string>? environment = null, string[]? under = null)
    {
        string[] command = [.. under ?? [], "dotnet", "exec", Assembly, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = redirectInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Settings of the one who runs the tests must not reach the server under test.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("CAMBIST__", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Asks a process to end (SIGTERM), waits for it and returns its exit code.</summary>
    public static async Task<int> TerminateAsync(Process process, CancellationToken cancellation = default)
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            await kill.WaitForExitAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode;
    }

    /// <summary>A loopback port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Cambist.slnx")))
                return folder;
        }
        throw new InvalidOperationException("The tests run outside a checkout.");
    }

    /// <summary>The built assembly of a project of this checkout, of the same configuration as the tests.</summary>
    public static string AssemblyOf(string project)
    {
        // artifacts/bin/PROJECT/CONFIGURATION/ is where the tests lie; the others lie beside them.
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(Root, "artifacts", "bin", project, configuration, project + ".dll");
    }
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Error);
