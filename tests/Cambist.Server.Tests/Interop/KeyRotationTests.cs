using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests.Interop;

/// <summary>Our keys rotate on schedule beneath APIs that trust Microsoft's bearer handler and its cache of our keys.</summary>
public sealed class KeyRotationTests
{
    const string Orders = "https://orders.example.com";

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task JK_03_an_API_that_fetched_our_keys_while_the_next_was_published_takes_its_tokens_and_the_old_ones_without_asking_again()
    {
        var clock = new FakeClock(TimeProvider.System.GetUtcNow()); // the handler looks at the machine's
        await using var cambist = await TestServer.StartAsync(
            issuer => $$"""
            issuer: {{issuer}}
            resources: { orders: { identifiers: {{Orders}}, scopes: read, token: { lifetime: 1h } } }
            clients: { job: { secrets: { value: the-secret-of-job }, client_credentials: { orders: read } } }
            """,
            clock);

        clock.Jump(TimeSpan.FromDays(90) - TimeSpan.FromHours(1));
        while (JsonNode.Parse(await cambist.Http.GetStringAsync("/jwks", Cancellation))!["keys"]!.AsArray().Count < 2)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(20, Cancellation);
        }

        await using var api = await ResourceServer.StartAsync(cambist.Issuer, Orders, asksAgain: false);
        var old = await IssueAsync(cambist);
        (await CallAsync(cambist, api, old)).ShouldBe(HttpStatusCode.OK);
        clock.Jump(TimeSpan.FromHours(1));
        var issued = await IssueAsync(cambist);
        TestJwt.Parse(issued).HeaderJson["kid"]!.ToString().ShouldNotBe(TestJwt.Parse(old).HeaderJson["kid"]!.ToString());
        (await CallAsync(cambist, api, issued)).ShouldBe(HttpStatusCode.OK);
        (await CallAsync(cambist, api, old)).ShouldBe(HttpStatusCode.OK);

        await using var late = await ResourceServer.StartAsync(cambist.Issuer, Orders, asksAgain: false);
        (await CallAsync(cambist, late, old)).ShouldBe(HttpStatusCode.OK, "the old key stays published while its tokens live");
    }

    static async Task<string> IssueAsync(TestServer cambist) =>
        (await cambist.PostAsync("job", "the-secret-of-job", [("grant_type", "client_credentials")])).AccessToken;

    static async Task<HttpStatusCode> CallAsync(TestServer cambist, ResourceServer api, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, api.Claims) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };
        using var answer = await cambist.Http.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }
}
