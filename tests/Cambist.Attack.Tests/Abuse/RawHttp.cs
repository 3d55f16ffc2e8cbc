using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>Bytes on a connection, as no HTTP library would send them.</summary>
static class RawHttp
{
    /// <summary>Longer than the server waits for a slow body; where it is not enough, the test fails.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Connects and sends the text as Latin-1, byte for character.</summary>
    public static async Task<RawConnection> OpenAsync(string url, string text, CancellationToken cancellation)
    {
        var client = new TcpClient();
        await client.ConnectAsync(new Uri(url).Host, new Uri(url).Port, cancellation);
        var connection = new RawConnection(client, client.GetStream());
        try
        {
            await connection.Stream.WriteAsync(Encoding.Latin1.GetBytes(text), cancellation);
        }
        catch (IOException)
        {
            // The server hung up before it had all.
        }

        return connection;
    }

    /// <summary>Sends the text and reads all that comes until the server closes.</summary>
    public static async Task<RawAnswer> SendAsync(string url, string text, CancellationToken cancellation)
    {
        using var connection = await OpenAsync(url, text, cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var all = new MemoryStream();
        try
        {
            await connection.Stream.CopyToAsync(all, patience.Token);
        }
        catch (IOException)
        {
            // Reset rather than closed: bytes of ours were still on their way.
        }

        return RawAnswer.Parse(Encoding.UTF8.GetString(all.ToArray()));
    }

    /// <summary>A POST of a form to the token endpoint; <paramref name="headers"/> end with CRLF each.</summary>
    public static string Post(string url, string body, string headers = "", string target = "/token", string? credentials = null) =>
        $"POST {target} HTTP/1.1\r\nHost: {new Uri(url).Authority}\r\nConnection: close\r\n{Basic(credentials)}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n{headers}\r\n{body}";

    /// <summary>An Authorization header.</summary>
    public static string Basic(string? credentials) => credentials is null ? "" : $"Authorization: Basic {credentials}\r\n";
}

/// <summary>A connection that is still open.</summary>
sealed record RawConnection(TcpClient Client, NetworkStream Stream) : IDisposable
{
    readonly PipeReader _answers = PipeReader.Create(Stream, new(leaveOpen: true));

    /// <summary>The next answer; null where the server hung up before it was whole.</summary>
    public async Task<RawAnswer?> AnswerAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(RawHttp.Patience);
        while (true)
        {
            var read = await _answers.ReadAsync(patience.Token);
            var text = Encoding.Latin1.GetString(read.Buffer);
            if (RawAnswer.LengthOfFirst(text) is { } length)
            {
                _answers.AdvanceTo(read.Buffer.GetPosition(length));
                return RawAnswer.Parse(text[..length]);
            }

            _answers.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted) return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Client.Dispose();
}

/// <summary>What came back on a connection: the status of the first answer (0 for none), its header lines and its body, and how many answers there were.</summary>
sealed record RawAnswer(int Status, string Head, string Body, int Answers)
{
    public static RawAnswer Parse(string text)
    {
        if (!text.StartsWith("HTTP/1.1 ", StringComparison.Ordinal)) return new(0, text, "", 0); // hung up, or answered in another protocol
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = end < 0 ? text : text[..end];
        var body = end < 0 ? "" : text[(end + 4)..];
        if (ContentLength(head) is { } length) body = body[..Math.Min(body.Length, length)]; // our answers are ASCII
        return new(int.Parse(text.AsSpan(9, 3), CultureInfo.InvariantCulture), head, body, text.Split("HTTP/1.1 ").Length - 1);
    }

    /// <summary>How long the first answer is with its head; null where it is not yet whole.</summary>
    public static int? LengthOfFirst(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0) return null;
        var length = end + 4 + (ContentLength(text[..end]) ?? throw new FormatException("An answer without a length."));
        return length <= text.Length ? length : null;
    }

    static int? ContentLength(string head) =>
        head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.Ordinal)) is { } line ? int.Parse(line.AsSpan(16), CultureInfo.InvariantCulture) : null;

    /// <summary>The body as a JSON object.</summary>
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();

    /// <summary><c>reason</c> of an error.</summary>
    public string? Reason => (string?)Json["reason"];
}
