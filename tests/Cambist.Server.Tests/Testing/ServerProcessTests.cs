using Cambist.Testing;

namespace Cambist.Server.Tests.Testing;

public sealed class ServerProcessTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static string Registry(string issuer) => $$"""
        issuer: {{issuer}}
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read] }
          billing: { identifiers: https://billing.example.com, scopes: [read] }
        clients:
          orders: { secrets: { file: orders-secret }, serves: orders, client_credentials: { billing: read } }
        """;

    static readonly Dictionary<string, string> Files = new() { ["orders-secret"] = "the-secret-of-orders" };

    [Fact]
    public async Task A_killed_server_starts_again_on_its_data_with_the_same_keys()
    {
        await using var server = await ServerProcess.StartAsync(Registry, Files, cancellation: Cancellation);
        var (address, process) = (server.Issuer, server.ProcessId);
        var keys = await server.Http.GetStringAsync($"{server.Issuer}/jwks", Cancellation);
        keys.ShouldContain("\"kid\"");

        await server.KillAsync();
        server.IsRunning.ShouldBeFalse();
        await Should.ThrowAsync<HttpRequestException>(() => server.Http.GetStringAsync($"{server.Issuer}/jwks", Cancellation));

        await server.RestartAsync(Cancellation);
        server.Issuer.ShouldBe(address);
        server.ProcessId.ShouldNotBe(process);
        (await server.Http.GetStringAsync($"{server.Issuer}/jwks", Cancellation)).ShouldBe(keys);
    }

    [Fact]
    public async Task A_server_that_is_asked_to_stop_ends_well()
    {
        await using var server = await ServerProcess.StartAsync(Registry, Files, cancellation: Cancellation);
        (await server.StopAsync(Cancellation)).ShouldBe(0, server.Output);
    }

    [Fact]
    public async Task A_server_that_does_not_start_says_why()
    {
        var thrown = await Should.ThrowAsync<InvalidOperationException>(async () =>
        {
            await using var server = await ServerProcess.StartAsync(_ => "isuer: http://127.0.0.1", cancellation: Cancellation);
        });
        thrown.Message.ShouldContain("isuer");
    }
}
