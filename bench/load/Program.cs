// Measures whole processes under load; bench/load.sh starts it, from the root of the repository, after it has published what is measured.
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Cambist.LoadBench;

[assembly: SupportedOSPlatform("linux")]

if (Options.Parse(args) is not { } options)
{
    Console.Error.WriteLine(Options.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    var measured = await Run.MeasureAsync(options, stop.Token);
    var sections = Report.Sections(measured);
    foreach (var (name, text) in sections)
    {
        if (!options.Compare || name is "machine" or "rates") Console.WriteLine(text);
    }

    if (options.Compare) return CommittedRatios.Compare(measured) ? 0 : 1;
    if (options.Write)
    {
        Page.Write(sections);
        Charts.Write(measured);
        CommittedRatios.Write(measured);
    }

    return 0;
}
catch (BenchException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true; // the servers end first
    stop.Cancel();
}
