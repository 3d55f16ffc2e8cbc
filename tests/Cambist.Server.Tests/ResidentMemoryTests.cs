using System.Globalization;
using System.Text.RegularExpressions;

namespace Cambist.Server.Tests;

public sealed partial class ResidentMemoryTests
{
    const int Tokens = 5000;
    const int MostMegabytes = 160;

    [Fact]
    public async Task A_server_under_load_stays_small()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the peak is read from /proc");
        await using var deployment = await Deployment.StartAsync();
        await using var load = ExchangeLoad.Start(deployment, connections: 16);
        await load.ReceiveAsync(Tokens);
        await load.StopAsync();
        load.Refused.ShouldBeEmpty();

        var status = await File.ReadAllTextAsync($"/proc/{deployment.Server.ProcessId}/status", TestContext.Current.CancellationToken);
        var kilobytes = long.Parse(Peak().Match(status).Groups["kB"].Value, CultureInfo.InvariantCulture);
        TestContext.Current.SendDiagnosticMessage("{0} kB resident at most, after {1} tokens", kilobytes, load.Received.Count);
        (kilobytes / 1024).ShouldBeInRange(20, MostMegabytes - 1);
    }

    [GeneratedRegex(@"^VmHWM:\s+(?<kB>\d+) kB$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Peak();
}
