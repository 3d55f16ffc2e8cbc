using System.Diagnostics;

namespace Cambist.LoadBench;

/// <summary>Runs programs of the system to their end.</summary>
static class Command
{
    /// <summary>What a program writes to its standard output; an exception with all it wrote where it fails.</summary>
    public static async Task<string> OutputAsync(ProcessStartInfo command, CancellationToken cancellationToken)
    {
        (command.RedirectStandardOutput, command.RedirectStandardError) = (true, true);
        using var process = Process.Start(command)!;
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? await output : throw new BenchException($"{command.FileName} ended with {process.ExitCode}: {await output}{await error}");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    public static Task<string> OutputAsync(string program, CancellationToken cancellationToken, params string[] arguments) =>
        OutputAsync(new ProcessStartInfo(program, arguments), cancellationToken);

    /// <summary>The first line a program writes, to whichever stream; many programs write their version to the wrong one, and some then fail.</summary>
    public static async Task<string> FirstLineAsync(string program, CancellationToken cancellationToken, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken);
        return $"{await output}{await error}".Split('\n', 2)[0].Trim();
    }
}

/// <summary>The run cannot go on; the message is for the one who started it.</summary>
sealed class BenchException(string message) : Exception(message);
