using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;

namespace Cambist.Server;

/// <summary>What a server answered.</summary>
sealed record RemoteAnswer(int Status, string? MediaType, ReadOnlyMemory<byte> Body, int? RetryAfterSeconds)
{
    /// <summary>Its status and kind, for a message about an answer that is not what it should be.</summary>
    public string Described => Status is >= 300 and < 400
        ? $"{Status}, a redirect; none is followed, since a token would go with it"
        : $"{Status} with {(Body.IsEmpty ? "nothing in it" : PrintableText.Of(MediaType ?? "something without a media type"))}";

    /// <summary>The JSON object that it is, to be read and shown; null where it is none.</summary>
    /// <exception cref="FailedException">It is JSON that holds no text; the message shows nothing of it.</exception>
    public JsonElement? Json()
    {
        try
        {
            return JsonText.Object(Body);
        }
        catch (FormatException)
        {
            throw new FailedException($"the answer, {Status}, is not valid JSON text: it escapes half of a surrogate pair (RFC 8259 §8.2), so nothing of it is taken");
        }
    }
}

/// <summary>One request of a command to a server. No redirect is followed; the whole takes 30 s and the answer 1 MiB at most.</summary>
static class RemoteCall
{
    public const int MaxBytes = 1024 * 1024;

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <exception cref="FailedException">There is no whole answer; the message shows nothing of what was sent.</exception>
    public static async Task<RemoteAnswer> SendAsync(HttpMessageInvoker http, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var place = request.RequestUri!.GetLeftPart(UriPartial.Path);
        using var timeout = new CancellationTokenSource(Limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, either.Token);
            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            var bytes = new byte[MaxBytes + 1];
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, either.Token);
            if (length > MaxBytes) throw new FailedException($"{place} answered more than {MaxBytes / 1024} KiB, which is no answer to this; see the URL");
            var wait = response.Headers.RetryAfter?.Delta is { } delta ? (int?)Math.Min(delta.TotalSeconds, int.MaxValue) : null;
            return new((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, bytes.AsMemory(0, length), wait);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new FailedException(string.Create(CultureInfo.InvariantCulture, $"{place} gave no whole answer within {Limit.TotalSeconds:0} s; what became of the request is not known"));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException)
        {
            throw new FailedException($"{place} cannot be asked: {PrintableText.Of((failure.InnerException ?? failure).Message).TrimEnd('.')}. See the URL, and that the server runs");
        }
    }

    /// <summary>A URL that tokens may be sent to: https, or http on loopback, or wherever <paramref name="allowHttp"/> says so.</summary>
    /// <exception cref="FailedException">It is none.</exception>
    public static Uri Place(string option, string text, bool allowHttp, bool allowQuery = false)
    {
        if (Urls.Fault(text, allowHttp: true, allowQuery) is { } fault) throw new FailedException($"{option}: {PrintableText.Of(fault)}");
        var uri = new Uri(text);
        return MayGo(uri, allowHttp) ? uri : throw new FailedException($"{option} is plain http off loopback, where anybody on the way reads the tokens; write https, or add --allow-http");
    }

    static bool MayGo(Uri uri, bool allowHttp) => uri.Scheme == Uri.UriSchemeHttps || allowHttp || Urls.IsLoopback(uri);
}
