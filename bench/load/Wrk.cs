using System.Globalization;

namespace Cambist.LoadBench;

/// <summary>What one run of wrk saw.</summary>
/// <param name="Failures">Answers that were no success, and lost connections.</param>
/// <param name="P50">Milliseconds.</param>
/// <param name="P99">Milliseconds.</param>
sealed record WrkResult(int Requests, double Seconds, int Failures, double P50, double P99)
{
    public double Rate => Requests / Seconds;
}

/// <summary>The load: wrk on its core, with exchange.lua.</summary>
static class Wrk
{
    public const int Connections = 32;

    /// <summary>Sends a request to a server for so long, from 32 connections or fewer.</summary>
    /// <param name="delay">Milliseconds that a connection waits before each request, on average; null for none.</param>
    /// <param name="keep">A file to which the tokens that are answered are added.</param>
    public static async Task<WrkResult> RunAsync(
        Server server, Request request, TimeSpan length, CancellationToken cancellationToken, int connections = Connections, double? delay = null, string? keep = null)
    {
        var command = Core.Pin(Core.OfLoad,
            ["wrk", "-t1", $"-c{connections}", FormattableString.Invariant($"-d{length.TotalSeconds:0}s"), "-s", "bench/exchange.lua", $"{server.Address}{request.Path.TrimStart('/')}"]);
        var environment = command.Environment;
        (environment["BASIC"], environment["FORM"]) = (Request.Basic, request.Form);
        if (request.Tokens is { } tokens)
        {
            environment["TOKENS"] = tokens.Path;
            environment["FROM"] = $"{(request.IsOneToken ? 0 : tokens.NextFor(server))}";
            environment["COUNT"] = $"{(request.IsOneToken ? 1 : tokens.Count)}";
        }

        if (delay is { } milliseconds) environment["DELAY"] = milliseconds.ToString(CultureInfo.InvariantCulture);
        if (keep is not null) environment["KEEP"] = keep;

        var result = Parse(await Command.OutputAsync(command, cancellationToken));
        if (!request.IsOneToken) request.Tokens?.Sent(server, result.Requests + connections); // those on the way at the end are not counted
        return result;
    }

    static WrkResult Parse(string output)
    {
        var line = output.Split('\n').FirstOrDefault(one => one.StartsWith("RESULT ", StringComparison.Ordinal)) ?? throw new BenchException($"wrk gave no result: {output}");
        var numbers = line.Split(' ')[1..].Select(one => double.Parse(one, CultureInfo.InvariantCulture)).ToArray();
        return new((int)numbers[0], numbers[1], (int)(numbers[2] + numbers[3]), numbers[4], numbers[5]);
    }
}
