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

    const int MostOnStack = 256;

    /// <summary>
    /// All of the body, or why it cannot be had. Whoever gets a body advances the request's pipe to its end once the answer is written: what is
    /// read from it lies there until then.
    /// </summary>
    public static async ValueTask<(ReadOnlySequence<byte> Body, Denied? Denied)> ReadAsync(HttpRequest request)
    {
        if (!IsForm(request)) return (default, new Denied(Reason.MediaTypeUnsupported, "the body is no form"));
        if (request.ContentLength > LongestBody) return (default, TooLarge());

        var pipe = request.BodyReader;
        while (true)
        {
            var read = await ReadAsync(request, pipe);
            if (read.Buffer.Length > LongestBody)
            {
                pipe.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                return (default, TooLarge());
            }

            if (read.IsCompleted) return (read.Buffer, null);

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

    /// <summary>Reads the form where its body lies, if it lies there in one piece.</summary>
    /// <param name="body">The text. It must not change as long as what is read is used.</param>
    /// <param name="fields">The form.</param>
    /// <param name="denied">Why it cannot be read.</param>
    public static bool TryParse(ReadOnlySequence<byte> body, ref FormFields fields, [NotNullWhen(false)] out Denied? denied) =>
        TryParse(body.IsSingleSegment ? body.First : body.ToArray(), ref fields, out denied);

    static bool TryParse(ReadOnlyMemory<byte> body, ref FormFields fields, [NotNullWhen(false)] out Denied? denied)
    {
        denied = null;
        for (var count = 0; !body.IsEmpty; count++)
        {
            if (count == MostFields)
            {
                denied = new Denied(Reason.FormMalformed, $"the form has more than {MostFields} fields");
                return false;
            }

            var end = body.Span.IndexOf((byte)'&');
            var pair = end < 0 ? body : body[..end];
            body = end < 0 ? default : body[(end + 1)..];
            if (!TryAdd(pair, ref fields))
            {
                denied = new Denied(Reason.FormMalformed, "the form is not percent-encoded UTF-8");
                return false;
            }
        }

        return true;
    }

    static bool TryAdd(ReadOnlyMemory<byte> pair, ref FormFields fields)
    {
        var equals = pair.Span.IndexOf((byte)'=');
        var sent = equals < 0 ? default : pair[(equals + 1)..];
        scoped var name = equals < 0 ? pair.Span : pair.Span[..equals];
        scoped var value = sent.Span;
        if (pair.Span.ContainsAny((byte)'%', (byte)'+'))
        {
            // Decoding works in place, and what was sent is not ours to write to.
            var copy = pair.Length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[pair.Length];
            pair.Span.CopyTo(copy);
            var decodedName = copy[..name.Length];
            var decodedValue = copy[(pair.Length - value.Length)..pair.Length];
            if (!FormEncoding.TryDecode(ref decodedName) || !FormEncoding.TryDecode(ref decodedValue)) return false;
            name = decodedName;
            value = decodedValue;
        }

        if (!Utf8.IsValid(name) || !Utf8.IsValid(value)) return false;
        fields.Add(name, value, sent);
        return true;
    }
}
