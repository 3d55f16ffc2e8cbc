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

    /// <summary>The form, or why it cannot be read. Whoever gets a form disposes of it once the answer is written: there is no reading on before.</summary>
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

            if (read.IsCompleted) return Parse(pipe, read.Buffer, single);

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

    /// <summary>Where the body lies in one piece, the form is read where it lies, and holds on to it until the request is answered.</summary>
    static (FormFields? Form, Denied? Denied) Parse(PipeReader pipe, ReadOnlySequence<byte> body, string[] single)
    {
        var fields = new FormFields(single, pipe, body.End);
        if (TryParse(body.IsSingleSegment ? body.First : body.ToArray(), fields, out var denied)) return (fields, null);
        fields.Dispose();
        return (null, denied);
    }

    /// <param name="body">The text. It must not change as long as the fields are used.</param>
    /// <param name="fields">The form.</param>
    /// <param name="denied">Why it cannot be read.</param>
    internal static bool TryParse(ReadOnlyMemory<byte> body, FormFields fields, [NotNullWhen(false)] out Denied? denied)
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
            if (!TryAdd(pair, fields))
            {
                denied = new Denied(Reason.FormMalformed, "the form is not percent-encoded UTF-8");
                return false;
            }
        }

        return true;
    }

    static bool TryAdd(ReadOnlyMemory<byte> pair, FormFields fields)
    {
        var equals = pair.Span.IndexOf((byte)'=');
        var sent = equals < 0 ? default : pair[(equals + 1)..];
        var name = equals < 0 ? pair.Span : pair.Span[..equals];
        var value = sent.Span;
        if (pair.Span.ContainsAny((byte)'%', (byte)'+'))
        {
            // Decoding works in place, and what was sent is not ours to write to.
            var copy = pair.Length <= MostOnStack ? stackalloc byte[MostOnStack] : new byte[pair.Length];
            pair.Span.CopyTo(copy);
            var decodedName = copy[..name.Length];
            var decodedValue = copy[(pair.Length - value.Length)..pair.Length];
            if (!FormEncoding.TryDecode(ref decodedName) || !FormEncoding.TryDecode(ref decodedValue)) return false;
            return Add(decodedName, decodedValue);
        }

        return Add(name, value);

        bool Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
        {
            if (!Utf8.IsValid(name) || !Utf8.IsValid(value)) return false;
            fields.Add(name, value, sent);
            return true;
        }
    }
}
