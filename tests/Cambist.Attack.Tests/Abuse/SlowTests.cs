using System.Diagnostics;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-55: bodies that never end, in time or in size. In a class of its own: it waits for the server's patience to end.</summary>
public sealed class SlowTests(AbuseWorld world) : IClassFixture<AbuseWorld>
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string Head(string length) =>
        $"POST /token HTTP/1.1\r\nHost: {new Uri(world.Common.Issuer).Authority}\r\n{RawHttp.Basic(TestServer.BasicCredentials("web", SecretOf("web")))}Content-Type: application/x-www-form-urlencoded\r\n{length}\r\n\r\n";

    [Fact]
    public async Task AB_55_a_body_that_never_ends_is_given_up_and_others_are_served_meanwhile()
    {
        var slow = new[]
        {
            Head("Transfer-Encoding: chunked") + "5\r\ngrant\r\n",
            Head("Transfer-Encoding: chunked") + "ff\r\ngrant",
            Head("Content-Length: 1000") + "grant_type=",
            Head("Content-Length: 1000"),
        };
        var connections = new List<Task<RawAnswer>>();
        for (var i = 0; i < 100; i++) connections.Add(RawHttp.SendAsync(world.Common.Issuer, slow[i % slow.Length], Cancellation));

        for (var i = 0; i < 20; i++) await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken()));
        connections.ShouldAllBe(connection => !connection.IsCompleted);
        foreach (var answer in await Task.WhenAll(connections))
        {
            answer.Status.ShouldBe(400);
            answer.Reason.ShouldBe("form_malformed");
            answer.Head.ShouldContain("Connection: close");
            answer.Answers.ShouldBe(1);
        }
    }

    [Fact]
    public async Task AB_55_a_body_of_ten_mebibytes_is_refused_early_and_leaves_nothing_behind()
    {
        var body = new string('a', 10 * 1024 * 1024);
        var watch = Stopwatch.StartNew();
        await world.RefusesAsync(Reason.RequestTooLarge, server => server.SendLargeBodyAsync("web", Form(body)));
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(3));

        // Without a length, and never stopping of its own accord: the server hangs up.
        using var endless = await RawHttp.OpenAsync(world.Common.Issuer, Head("Transfer-Encoding: chunked"), Cancellation);
        var chunk = System.Text.Encoding.ASCII.GetBytes($"1000\r\n{new string('a', 4096)}\r\n");
        var sent = 0;
        try
        {
            for (; sent < 100_000; sent++) await endless.Stream.WriteAsync(chunk, Cancellation);
        }
        catch (IOException)
        {
            // It did.
        }

        sent.ShouldBeLessThan(10_000);
    }

    [Fact]
    public async Task AB_55_a_hundred_thousand_fields_are_refused()
    {
        await world.RefusesAsync(Reason.RequestTooLarge, server => server.SendLargeBodyAsync("web", Form(string.Concat(Enumerable.Repeat("a=&", 100_000)))));
        foreach (var field in new[] { "&", "a&", "=&", "a=&", "scope=&", "resource=x&", "audience=orders&" })
            await world.RefusesAsync(Reason.FormMalformed, server => server.SendBodyAsync("web", Form(string.Concat(Enumerable.Repeat(field, 64 * 1024 / field.Length)))));
    }
}
