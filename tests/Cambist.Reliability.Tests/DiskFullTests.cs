using System.Diagnostics;
using System.Net;
using Cambist.Storage.Sqlite;
using Cambist.Testing;

namespace Cambist.Reliability.Tests;

/// <summary>SQLite runs out of room under load: nothing is granted, and once there is room again the server goes on.</summary>
public sealed class DiskFullTests
{
    // A signal would end the server where a limit is reached; a full disk sends none.
    static readonly string[] WithoutSignal = ["env", "--ignore-signal=XFSZ"];

    [Fact]
    public async Task A_file_that_may_not_grow_is_503_until_it_may()
    {
        var folder = Directory.CreateTempSubdirectory("cambist-full-").FullName;
        try
        {
            await FillAsync("limit of the file's size reached", folder, LimitAsync, LiftAsync);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_disk_that_is_full_is_503_until_there_is_room()
    {
        var folder = Directory.CreateTempSubdirectory("cambist-full-").FullName;
        var (code, said) = await RunAsync("mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder);
        if (code != 0) Measured.Say("disk full", $"nothing may be mounted here ({said.Trim()}); the limit of a file's size stands for it");
        try
        {
            if (code != 0) await FillAsync("disk full", folder, LimitAsync, LiftAsync);
            else
            {
                var ballast = Path.Combine(folder, "ballast");
                await FillAsync("disk full", folder, async _ => await RunAsync("dd", "if=/dev/zero", $"of={ballast}", "bs=4096"), _ => Task.Run(() => File.Delete(ballast)));
            }
        }
        finally
        {
            if (code == 0) await RunAsync("umount", folder);
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task FillAsync(string fault, string folder, Func<ServerProcess, Task> fill, Func<ServerProcess, Task> free)
    {
        var file = Path.Combine(folder, "cambist.db");
        await using var cluster = await Cluster.StartAsync("sqlite:" + file, nodes: 1, under: WithoutSignal);
        var node = cluster.Nodes[0];
        await using var load = Load.Start(cluster);
        await load.SeeAsync("200", 300);

        await fill(node);
        await load.SeeAsync("503 store_unavailable", 50);
        var refused = await cluster.SignInAsync(0, audience: "mail");
        refused.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, refused.Body);
        refused.Headers.RetryAfter.ShouldNotBeNull();
        node.IsRunning.ShouldBeTrue();

        await free(node);
        var recovered = await load.GrantAsync();
        await load.StopAsync();
        (await node.StopAsync(TestContext.Current.CancellationToken)).ShouldBe(0, node.Output);
        await using var store = SqliteStore.Open(file, TimeProvider.System, new() { BesideServer = true });
        Measured.Say(fault, $"with room again, the server answers after {recovered.Seconds()}; {await load.ReconcileAsync(store)}");
    }

    static async Task LimitAsync(ServerProcess node) => (await RunAsync("prlimit", $"--pid={node.ProcessId}", "--fsize=4096:")).Code.ShouldBe(0);

    static async Task LiftAsync(ServerProcess node) => (await RunAsync("prlimit", $"--pid={node.ProcessId}", "--fsize=unlimited:")).Code.ShouldBe(0);

    static async Task<(int Code, string Said)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        var said = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await said);
    }
}
