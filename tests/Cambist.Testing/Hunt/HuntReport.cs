using System.Net;

namespace Cambist.Testing;

/// <summary>
/// Says after the whole run what was searched for secrets, and fails it if that was nothing. So that there is always something,
/// it has a server of its own, with one grant and one refusal.
/// </summary>
public sealed class HuntReport : IAsyncLifetime
{
    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await using var server = await TestServer.StartAsync(issuer => $$"""
            issuer: {{issuer}}
            resources: { billing: { identifiers: https://billing.example.com, scopes: read } }
            clients: { {{Requests.Client("orders", "client_credentials: { billing: read }")}} }
            """);
        (await server.ForItselfAsync("orders")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.ForItselfAsync("orders", ("scope", "write"))).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Console.WriteLine(SecretHunt.Report());
        return ValueTask.CompletedTask;
    }
}
