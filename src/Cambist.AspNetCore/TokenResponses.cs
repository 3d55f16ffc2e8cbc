using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Cambist.Protocol;
using Microsoft.AspNetCore.Http;

namespace Cambist.AspNetCore;

/// <summary>Writes answers of the endpoints that take forms (RFC 8693 §2.2, RFC 6749 §5, RFC 7662 §2.2, RFC 7009 §2.2). Never cacheable.</summary>
static class TokenResponses
{
    static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    [ThreadStatic] static ArrayBufferWriter<byte>? _body;
    [ThreadStatic] static Utf8JsonWriter? _json;

    public static Task WriteAsync(HttpContext http, Outcome outcome, bool isExchange, ErrorProfile profile) => outcome switch
    {
        Outcome.Issued issued => WriteTokenAsync(http, issued, isExchange),
        Outcome.Introspected introspected => WriteAnswerAsync(http, introspected.Answer),
        Outcome.Revoked => WriteEmptyAsync(http),
        Outcome.Refused refused => WriteErrorAsync(http, refused.Reason, refused.ErrorCodes ?? profile, refused.Entry?.Id, refused.RetryAfter),
        _ => throw new InvalidOperationException($"unknown outcome {outcome.GetType().Name}"),
    };

    static Task WriteTokenAsync(HttpContext http, Outcome.Issued issued, bool isExchange)
    {
        Prepare(http, StatusCodes.Status200OK);
        var json = Begin();
        json.WriteString("access_token"u8, issued.Token.Span);
        if (isExchange) json.WriteString("issued_token_type"u8, issued.IssuedTokenType);
        json.WriteString("token_type"u8, "Bearer"u8);
        json.WriteNumber("expires_in"u8, issued.ExpiresIn);
        if (issued.RefreshToken is { } refresh) json.WriteString("refresh_token"u8, refresh.Span);
        if (!issued.Scopes.IsEmpty) json.WriteString("scope"u8, ScopeText.Join(issued.Scopes));
        return EndAsync(http, json);
    }

    static Task WriteAnswerAsync(HttpContext http, ReadOnlyMemory<byte> json)
    {
        Prepare(http, StatusCodes.Status200OK);
        http.Response.ContentLength = json.Length;
        return http.Response.BodyWriter.WriteAsync(json).AsTask();
    }

    static Task WriteEmptyAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    public static Task WriteErrorAsync(HttpContext http, Reason reason, ErrorProfile profile, DecisionId? decision = null, TimeSpan? retryAfter = null)
    {
        var error = ErrorTable.Of(reason);
        Prepare(http, error.Status);
        var headers = http.Response.Headers;
        if (error.Status == StatusCodes.Status401Unauthorized) headers.WWWAuthenticate = "Basic realm=\"cambist\", charset=\"UTF-8\"";
        if (error.Status == StatusCodes.Status405MethodNotAllowed) headers.Allow = "POST";
        if (error.Status == StatusCodes.Status413PayloadTooLarge) headers.Connection = "close"; // the rest of the body is not read, so nothing can follow it
        if (error.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            headers.RetryAfter = Math.Max(1, (int)Math.Ceiling((retryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (HttpMethods.IsHead(http.Request.Method)) return Task.CompletedTask;

        var json = Begin();
        json.WriteString("error"u8, error.Code(profile));
        json.WriteString("error_description"u8, error.Description);
        json.WriteString("reason"u8, reason.WireName());
        if (decision is { IsNone: false } id) json.WriteString("decision_id"u8, id.ToString());
        return EndAsync(http, json);
    }

    static Utf8JsonWriter Begin()
    {
        var body = _body ??= new ArrayBufferWriter<byte>(2048);
        var json = _json ??= new Utf8JsonWriter(body, Options);
        body.ResetWrittenCount();
        json.Reset(body);
        json.WriteStartObject();
        return json;
    }

    /// <summary>Sends the object with its length, in one piece.</summary>
    static Task EndAsync(HttpContext http, Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.Flush();
        http.Response.ContentLength = _body!.WrittenCount;
        http.Response.BodyWriter.Write(_body.WrittenSpan);
        return http.Response.BodyWriter.FlushAsync().AsTask();
    }

    static void Prepare(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
    }
}
