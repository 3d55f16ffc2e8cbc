using System.Diagnostics;
using System.Net;

namespace Cambist.Server.Tests.Durability;

/// <summary>A token leaves the server only after its ledger entry is on disk: seen from outside, in the system calls of a real server.</summary>
public sealed class SyncBeforeSendTests
{
    const int Exchanges = 20;

    [Fact]
    public async Task The_WAL_is_synced_after_the_request_came_and_before_the_token_goes()
    {
        await SkipWhereNobodyMayTraceAsync();
        var trace = Path.GetTempFileName();
        try
        {
            // -D: the process that was started is the server itself, strace its descendant.
            await using (var deployment = await Deployment.StartAsync(under:
                ["strace", "-D", "-f", "-y", "-ttt", "-s", "400", "--seccomp-bpf", "-e", "trace=" + SystemCallTrace.Calls, "-o", trace]))
            {
                for (var i = 0; i < Exchanges; i++)
                {
                    var answer = await deployment.ExchangeAsync();
                    answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
                }

                // Returns when nobody holds its output any more: the trace is complete.
                (await deployment.Server.StopAsync(TestContext.Current.CancellationToken)).ShouldBe(0, deployment.Server.Output);
            }

            var (tokens, faults) = SystemCallTrace.Read(File.ReadLines(trace));
            faults.ShouldBeEmpty();
            tokens.ShouldBe(Exchanges);
        }
        finally
        {
            File.Delete(trace);
        }
    }

    static async Task SkipWhereNobodyMayTraceAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "strace is a tool of Linux");
        using var probe = Process.Start(new ProcessStartInfo("strace", ["-D", "-f", "-o", "/dev/null", "true"]) { RedirectStandardError = true, UseShellExecute = false })!;
        var error = await probe.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await probe.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipUnless(probe.ExitCode == 0, $"strace may not trace here: {error.Trim()}");
    }
}
