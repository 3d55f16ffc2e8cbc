using System.Text;
using Microsoft.AspNetCore.Http;

namespace Cambist.Testing;

/// <summary>
/// One endpoint of a <see cref="TestIssuer"/> and the ways in which it can misbehave. Switches may be set at any
/// moment and hold for the requests that arrive from then on, until <see cref="Mend"/>.
/// </summary>
public sealed class TestEndpoint
{
    readonly Func<string> _honest;
    readonly Func<HttpContext, Task<string>>? _answering;
    readonly int _honestStatus;
    int _requests;
    TaskCompletionSource _requestCame = NewSource();

    internal TestEndpoint(Func<string> honest, int honestStatus = StatusCodes.Status200OK)
    {
        (_honest, _honestStatus) = (honest, honestStatus);
        Mend();
    }

    /// <summary>One whose honest answer depends on what was asked; it may set another status.</summary>
    internal TestEndpoint(Func<HttpContext, Task<string>> answering) : this(() => "") => _answering = answering;

    /// <summary>How many requests have arrived.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The status; 200 by default.</summary>
    public int Status { get; set; }

    /// <summary>The body instead of the honest one: garbage, or the honest document with a lie in it.</summary>
    public byte[]? Body { get; set; }

    /// <summary>The content type; <c>application/json</c> by default.</summary>
    public string ContentType { get; set; } = null!;

    /// <summary>Other headers to send, such as <c>Cache-Control</c>.</summary>
    public Dictionary<string, string> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A redirect to this address instead of an answer.</summary>
    public string? RedirectTo { get; set; }

    /// <summary>Spaces sent after the body, as a chunked answer without a length: JSON of any size.</summary>
    public long Padding { get; set; }

    /// <summary>How long the answer takes.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The connection is cut instead of an answer.</summary>
    public bool Abort { get; set; }

    /// <summary>The answer waits for this task: requests that arrive meanwhile are in flight for certain.</summary>
    public Task Hold { get; set; } = null!;

    /// <summary>The answer stops behind its first byte until this task ends: a server that drips.</summary>
    public Task HoldBody { get; set; } = null!;

    /// <summary>What it says when nothing is broken; a test changes a copy and sets it as <see cref="Body"/>.</summary>
    public string HonestBody => _honest();

    /// <summary>Sets every switch back.</summary>
    public void Mend()
    {
        (Status, Body, ContentType, RedirectTo) = (_honestStatus, null, "application/json", null);
        (Padding, Delay, Abort, Hold, HoldBody) = (0, TimeSpan.Zero, false, Task.CompletedTask, Task.CompletedTask);
        Headers.Clear();
    }

    /// <summary>Answers with <paramref name="text"/> until mended.</summary>
    public void Say(string text) => Body = Encoding.UTF8.GetBytes(text);

    /// <summary>Completes when <paramref name="count"/> requests have arrived since the start.</summary>
    public async Task RequestsReachAsync(int count, CancellationToken cancellation)
    {
        while (true)
        {
            var next = Volatile.Read(ref _requestCame).Task;
            if (Requests >= count)
                return;
            await next.WaitAsync(cancellation);
        }
    }

    internal async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Exchange(ref _requestCame, NewSource()).SetResult();
        var (cancellation, response) = (context.RequestAborted, context.Response);
        await Hold.WaitAsync(cancellation);
        if (Delay > TimeSpan.Zero)
            await Task.Delay(Delay, TimeProvider.System, cancellation);
        if (Abort)
        {
            context.Abort();
            return;
        }
        foreach (var (name, value) in Headers)
            response.Headers[name] = value;
        if (RedirectTo is { } location)
        {
            response.Redirect(location);
            return;
        }
        response.StatusCode = Status;
        response.ContentType = ContentType;
        var body = Body ?? Encoding.UTF8.GetBytes(_answering is null ? _honest() : await _answering(context));
        if (!HoldBody.IsCompleted)
        {
            await response.Body.WriteAsync(body.AsMemory(0, 1), cancellation);
            await response.Body.FlushAsync(cancellation);
            await HoldBody.WaitAsync(cancellation);
            body = body[1..];
        }
        await response.Body.WriteAsync(body, cancellation);
        var spaces = new byte[16 * 1024];
        spaces.AsSpan().Fill((byte)' ');
        for (var left = Padding; left > 0; left -= spaces.Length)
            await response.Body.WriteAsync(spaces.AsMemory(0, (int)Math.Min(left, spaces.Length)), cancellation);
    }

    static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
