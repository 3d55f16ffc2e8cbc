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
    public async Task A_registry_that_fails_a_policy_test_is_not_taken_until_it_passes()
    {
        await using var deployment = await Deployment.StartAsync();
        var server = deployment.Server;
        var first = (string)(await ReadyAsync(server))["registry_revision"]!;
        var test = Path.Combine(Path.GetDirectoryName(server.RegistryFile)!, "cambist.test.yaml");
        const string Tests = """
            tests:
              - name: tokens for orders live ten minutes
                client: web
                subject: { issuer: login, claims: { sub: alice } }
                targets: orders
                expect: { allow: { lifetime: 10m } }
            """;
        RegistryEdits.Replace(test, Tests);

        var good = await File.ReadAllTextAsync(server.RegistryFile, Cancellation);
        RegistryEdits.Replace(server.RegistryFile, good.Replace("scopes: [read, write] }", "scopes: [read, write], token: { lifetime: 66s } }", StringComparison.Ordinal));
        var degraded = await WhenAsync(server, ready => (string)ready["status"]! == "degraded");
        ((string)degraded["registry_revision"]!, (int)degraded["registry_refused"]!["errors"]!).ShouldBe((first, 1));
        ((int)(await deployment.ExchangeAsync()).Json["expires_in"]!).ShouldBeGreaterThan(200); // as long as the ID token
        await OutputAsync(server, "tokens for orders live ten minutes: expected lifetime 10m, got 66s");
        server.Output.ShouldContain("is refused because 1 of 1 policy tests fails");

        // it starts on the revision that the store has kept, and says why again
        await server.KillAsync();
        await server.RestartAsync(Cancellation);
        ((string)(await ReadyAsync(server))["status"]!).ShouldBe("degraded");
        ((int)(await deployment.ExchangeAsync()).Json["expires_in"]!).ShouldBeGreaterThan(200); // as long as the ID token

        // what was wrong was the test
        RegistryEdits.Replace(test, Tests.Replace("lifetime: 10m", "lifetime: 66s", StringComparison.Ordinal));
        await WhenAsync(server, ready => (string)ready["status"]! == "ready");
        ((int)(await deployment.ExchangeAsync()).Json["expires_in"]!).ShouldBe(66);
    }

    [Fact]
    public async Task A_test_of_an_instant_that_no_token_outlives_stops_neither_a_server_nor_what_it_has_to_forget()
    {
        await using var deployment = await Deployment.StartAsync();
        var server = deployment.Server;
        var first = (string)(await ReadyAsync(server))["registry_revision"]!;
        (await deployment.ExchangeAsync()).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        RegistryEdits.Replace(Path.Combine(Path.GetDirectoryName(server.RegistryFile)!, "cambist.test.yaml"), """
            tests:
              - name: at the end of time
                client: web
                subject: { issuer: login, claims: { sub: alice } }
                targets: orders
                at: 9999-12-31T23:59:59Z
                expect: { allow: true }
            """);
        var degraded = await WhenAsync(server, ready => (string)ready["status"]! == "degraded");
        ((string)degraded["registry_revision"]!, (int)degraded["registry_refused"]!["errors"]!).ShouldBe((first, 1));
        await OutputAsync(server, "cambist.test.yaml:6:9 test at the end of time: at: '9999-12-31T23:59:59Z' must lie from 1970 until 9000");

        RegistryEdits.Replace(Path.Combine(Path.GetDirectoryName(server.RegistryFile)!, "web-secret"), "another-secret-of-web-1234567890");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while ((await deployment.ExchangeAsync()).Status != System.Net.HttpStatusCode.Unauthorized) await Task.Delay(100, patience.Token);

        // it starts on it, too
        await server.KillAsync();
        await server.RestartAsync(Cancellation);
        var again = await ReadyAsync(server);
        ((string)again["status"]!, (string)again["registry_revision"]!).ShouldBe(("degraded", first));
        server.Output.ShouldNotContain("upkeep_failed");
    }

    [Fact]
    public async Task A_server_without_a_kept_registry_exits_with_every_policy_test_that_fails()
    {
        var folder = Directory.CreateTempSubdirectory("cambist-start-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "cambist.yaml"), (await BuiltServer.RunAsync(folder.FullName, ["new", "registry"], cancellation: Cancellation)).Output, Cancellation);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "cambist.test.yaml"), """
                tests:
                  - { name: orders may do anything, client: orders, subject: { issuer: self, claims: { sub: ada } }, targets: billing, expect: { allow: true } }
                assert: { resource: billing, only: none }
                """, Cancellation);
            var result = await BuiltServer.RunAsync(folder.FullName, ["serve"], cancellation: Cancellation);
            result.ExitCode.ShouldBe(1);
            result.Error.ShouldContain("cambist.test.yaml:2:5 orders may do anything: expected allow, got ");
            result.Error.ShouldContain("cambist.test.yaml:3:9 assert: nobody may reach billing, yet orders can");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
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
