using System.Net;

namespace Cambist.Server.Tests;

/// <summary>A real process that is asked to end (SIGTERM).</summary>
public sealed class StopTests
{
    [Fact]
    public async Task A_request_under_way_is_answered_and_the_store_closed_before_the_end()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var deployment = await Deployment.StartAsync();
        deployment.Login.Jwks.Delay = TimeSpan.FromSeconds(3); // longer than a command line gives its commands where nobody says otherwise
        var answer = deployment.ExchangeAsync();
        await deployment.Login.Jwks.RequestsReachAsync(1, cancellation);

        var exitCode = await deployment.Server.StopAsync(cancellation);
        (await answer).Status.ShouldBe(HttpStatusCode.OK);
        exitCode.ShouldBe(0);
        File.Exists(deployment.Database + "-wal").ShouldBeFalse("whoever closes a store last leaves no WAL");
    }
}
