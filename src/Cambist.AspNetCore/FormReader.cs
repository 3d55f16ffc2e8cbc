using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text.Unicode;
using Cambist.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Cambist.AspNetCore;

/// <summary>
/// Reads a form straight from the request's pipe. ASP.NET Core's own reader joins repeated keys and ignores case, which
/// RFC 6749 §3.1 forbids; this one refuses what is not exactly percent-encoded UTF-8.
/// </summary>
static class FormReader
{
    /// <summary>Two tokens of 16 KiB, percent-encoded, and the rest.</summary>
    public const int LongestBody = 64 * 1024;

    /// <summary>The most parameters, those that repeat counted each time.</summary>
    public const int MostFields = 100;

    /// <summary>The form, or why it cannot be read.</summary>
    /// <param name="request">The request.</param>
    /// <param name="single">See <see cref="FormFields"/>.</param>
    public static async ValueTask<(FormFields? Form, Denied? Denied)> ReadAsync(HttpRequest request, string[] single)
    {
        if (!IsForm(request)) return (null, new Denied(Reason.MediaTypeUnsupported, "the body is no form"));
        if (request.ContentLength > LongestBody) return (null, TooLarge());

        var pipe = request.BodyReader;
        while (true)
        {
            var read = await ReadAsync(request, pipe);
            if (read.Buffer.Length > LongestBody)
            {
                pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                return (null, TooLarge());
            }

            if (read.IsCompleted)
            {
                var form = TryParse(read.Buffer, single, out var fields, out var denied);
                pipe.AdvanceTo(read.Buffer.End);
                return form ? (fields, null) : (null, denied);
            }

            pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>
    /// What Kestrel makes of a malformed body is not always a <see cref="BadHttpRequestException"/> (a chunk size beyond 64 bits is an
    /// IOException), and a client's fault all the same as long as it is still there.
    /// </summary>
    static async ValueTask<ReadResult> ReadAsync(HttpRequest request, PipeReader pipe)
    {
        try
        {
            return await pipe.ReadAsync();
        }
        catch (IOException e) when (e is not BadHttpRequestException && !request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            throw new BadHttpRequestException("The body cannot be read.", e);
        }
    }

    static bool IsForm(HttpRequest request) =>
        request.Headers.ContentEncoding.Count == 0
        && (request.ContentType == "application/x-www-form-urlencoded"
            || (MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
                && type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
                && type.Parameters.All(parameter => !parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase) || IsUtf8(parameter.Value))));

    static bool IsUtf8(StringSegment charset) =>
        charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase);

    static Denied TooLarge() => new(Reason.RequestTooLarge, $"the body is larger than {LongestBody} bytes");

    static bool TryParse(ReadOnlySequence<byte> body, string[] single, [NotNullWhen(true)] out FormFields? fields, [NotNullWhen(false)] out Denied? denied)
    {
        // Decoding works in place on a copy, which is never longer than what was sent.
        var buffer = ArrayPool<byte>.Shared.Rent((int)body.Length);
        try
        {
            body.CopyTo(buffer);
            return TryParse(buffer.AsSpan(0, (int)body.Length), single, out fields, out denied);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    internal static bool TryParse(Span<byte> body, string[] single, [NotNullWhen(true)] out FormFields? fields, [NotNullWhen(false)] out Denied? denied)
    {
        fields = new FormFields(single);
        denied = null;
        for (var count = 0; !body.IsEmpty; count++)
        {
            if (count == MostFields)
            {
                denied = new Denied(Reason.FormMalformed, $"the form has more than {MostFields} fields");
                return false;
            }

            var end = body.IndexOf((byte)'&');
            var pair = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            var equals = pair.IndexOf((byte)'=');
            var name = equals < 0 ? pair : pair[..equals];
            var value = equals < 0 ? default : pair[(equals + 1)..];
            if (!FormEncoding.TryDecode(ref name) || !FormEncoding.TryDecode(ref value) || !Utf8.IsValid(name) || !Utf8.IsValid(value))
            {
                denied = new Denied(Reason.FormMalformed, "the form is not percent-encoded UTF-8");
                return false;
            }

            fields.Add(name, value);
        }

        return true;
    }
}
