using System.Net;
using System.Net.Sockets;

namespace Cambist.Testing;

/// <summary>Answers a number of requests, whatever they ask, with spaces, until whoever asked cuts the connection.</summary>
public sealed class EndlessIssuer : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    readonly Task<long>[] _cut;

    public EndlessIssuer(int connections)
    {
        _listener.Start();
        _cut = [.. Enumerable.Range(0, connections).Select(_ => AnswerAsync())];
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>How much the connections took, once all of them were cut.</summary>
    public async Task<long> SentAsync() => (await Task.WhenAll(_cut)).Sum();

    async Task<long> AnswerAsync()
    {
        using var client = await _listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        await stream.ReadAtLeastAsync(new byte[16], 16);
        var spaces = new byte[16 * 1024];
        spaces.AsSpan().Fill((byte)' ');
        var sent = 0L;
        try
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"u8.ToArray());
            for (; ; sent += spaces.Length) await stream.WriteAsync(spaces);
        }
        catch (IOException)
        {
            return sent;
        }
    }

    public void Dispose() => _listener.Dispose();
}
