using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Cambist.Server.Tests;

/// <summary>A server with one processor: everybody has a turn on it.</summary>
public sealed class SingleProcessorTests
{
    const int Floods = 8;

    static readonly Dictionary<string, string> OneProcessor = new() { ["DOTNET_PROCESSOR_COUNT"] = "1" };

    [Fact]
    public async Task Tokens_are_exchanged_and_exchanged_again_and_administrators_are_answered()
    {
        await using var deployment = await Deployment.StartAsync(OneProcessor);
        var first = await deployment.ExchangeAsync();
        first.Status.ShouldBe(HttpStatusCode.OK);
        (await deployment.ExchangeOnAsync(first.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);

        var token = await File.ReadAllTextAsync(Path.Combine(deployment.Server.Folder, "admin-token"), TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{deployment.Server.Management}/admin/v1/decisions?client=web"));
        request.Headers.Authorization = new("Bearer", token.Trim());
        using var decisions = await deployment.Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        decisions.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("GET /.well-known/oauth-authorization-server HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("POST /token HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n")]
    public async Task Who_sends_requests_without_end_keeps_nobody_out(string request)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var deployment = await Deployment.StartAsync(OneProcessor);
        var address = new Uri(deployment.Server.Issuer);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var floods = Enumerable.Range(0, Floods).Select(_ => FloodAsync(address, request, enough.Token)).ToArray();

        for (var i = 0; i < 20; i++) (await deployment.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);

        floods.ShouldAllBe(flood => !flood.IsCompleted);
        await enough.CancelAsync();
        foreach (var flood in floods) await Should.ThrowAsync<OperationCanceledException>(flood);
    }

    static async Task FloodAsync(Uri address, string request, CancellationToken cancel)
    {
        using var greedy = new TcpClient();
        await greedy.ConnectAsync(address.Host, address.Port, cancel);
        await Task.WhenAll(SendAsync(greedy.GetStream(), request, cancel), ReadAsync(greedy.GetStream(), cancel));
    }

    static async Task SendAsync(NetworkStream stream, string request, CancellationToken cancel)
    {
        var many = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(request, 500)));
        while (true) await stream.WriteAsync(many, cancel);
    }

    static async Task ReadAsync(NetworkStream stream, CancellationToken cancel)
    {
        var buffer = new byte[64 * 1024];
        while (await stream.ReadAsync(buffer, cancel) > 0) { }
    }
}
