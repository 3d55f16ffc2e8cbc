using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>A real process by the machine's clock: edits are taken while it runs, and a crash between two bad edits takes nobody down.</summary>
public sealed class LastGoodRegistryTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_was_killed_and_starts_on_a_bad_file_serves_the_last_registry_it_had_in_force()
    {
        await using var deployment = await Deployment.StartAsync();
        var server = deployment.Server;
        var first = (string)(await ReadyAsync(server))["registry_revision"]!;

        RegistryEdits.Replace(server.RegistryFile, (await File.ReadAllTextAsync(server.RegistryFile, Cancellation))
            .Replace("scopes: [read, write] }", "scopes: [read, write], token: { lifetime: 66s } }", StringComparison.Ordinal));
        var edited = await WhenAsync(server, ready => (string)ready["registry_revision"]! != first);
        ((int)(await deployment.ExchangeAsync()).Json["expires_in"]!).ShouldBe(66);

        await server.KillAsync();
        await File.AppendAllTextAsync(server.RegistryFile, "\nunknown: 1\nunheard: 2\n", Cancellation);
        await server.RestartAsync(Cancellation);
        var degraded = await ReadyAsync(server);
        ((string)degraded["status"]!, (string)degraded["registry_revision"]!, (int)degraded["registry_refused"]!["errors"]!)
            .ShouldBe(("degraded", (string)edited["registry_revision"]!, 2));
        ((int)(await deployment.ExchangeAsync()).Json["expires_in"]!).ShouldBe(66);
        await OutputAsync(server, "unheard"); // the console's log is written behind
        server.Output.ShouldContain("registry_refused");

        RegistryEdits.Replace(server.RegistryFile, (await File.ReadAllTextAsync(server.RegistryFile, Cancellation)).Replace("unknown: 1\nunheard: 2\n", "", StringComparison.Ordinal));
        await WhenAsync(server, ready => (string)ready["status"]! == "ready");
    }

    [Fact]
    public async Task A_bad_registry_makes_no_store()
    {
        var folder = Directory.CreateTempSubdirectory("cambist-start-");
        try
        {
            var result = await BuiltServer.RunAsync(folder.FullName, ["serve"], cancellation: Cancellation);
            result.ExitCode.ShouldBe(1);
            folder.EnumerateFileSystemInfos().ShouldBeEmpty();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static async Task<JsonObject> ReadyAsync(ServerProcess server) =>
        JsonNode.Parse(await server.Http.GetStringAsync(new Uri($"{server.Issuer}/health/ready"), Cancellation))!.AsObject();

    static async Task OutputAsync(ServerProcess server, string text)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        while (!server.Output.Contains(text, StringComparison.Ordinal)) await Task.Delay(20, patience.Token);
    }

    static async Task<JsonObject> WhenAsync(ServerProcess server, Func<JsonObject, bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            var ready = await ReadyAsync(server);
            if (condition(ready)) return ready;
            await Task.Delay(50, patience.Token);
        }
    }
}
