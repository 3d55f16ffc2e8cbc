using System.Globalization;
using System.Text.Json;
using Cambist.Protocol;
using Microsoft.AspNetCore.Http;

namespace Cambist.AspNetCore;

/// <summary>Writes answers of the token endpoint (RFC 8693 §2.2, RFC 6749 §5). Never cacheable.</summary>
static class TokenResponses
{
    static readonly JsonWriterOptions Options = new() { SkipValidation = true };

    public static Task WriteAsync(HttpContext http, Outcome outcome, bool isExchange, ErrorProfile profile) => outcome switch
    {
        Outcome.Issued issued => WriteTokenAsync(http, issued, isExchange),
        Outcome.Refused refused => WriteErrorAsync(http, refused.Reason, profile, refused.Entry?.Id, refused.RetryAfter),
        _ => throw new InvalidOperationException($"unknown outcome {outcome.GetType().Name}"),
    };

    static async Task WriteTokenAsync(HttpContext http, Outcome.Issued issued, bool isExchange)
    {
        Prepare(http, StatusCodes.Status200OK);
        using (var json = new Utf8JsonWriter(http.Response.BodyWriter, Options))
        {
            json.WriteStartObject();
            json.WriteString("access_token"u8, issued.Token.Span);
            if (isExchange) json.WriteString("issued_token_type"u8, issued.IssuedTokenType);
            json.WriteString("token_type"u8, "Bearer"u8);
            json.WriteNumber("expires_in"u8, issued.ExpiresIn);
            if (!issued.Scopes.IsEmpty) json.WriteString("scope"u8, ScopeText.Join(issued.Scopes));
            json.WriteEndObject();
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    public static async Task WriteErrorAsync(HttpContext http, Reason reason, ErrorProfile profile, DecisionId? decision = null, TimeSpan? retryAfter = null)
    {
        var error = ErrorTable.Of(reason);
        Prepare(http, error.Status);
        var headers = http.Response.Headers;
        if (error.Status == StatusCodes.Status401Unauthorized) headers.WWWAuthenticate = "Basic realm=\"cambist\", charset=\"UTF-8\"";
        if (error.Status == StatusCodes.Status405MethodNotAllowed) headers.Allow = "POST";
        if (error.Status == StatusCodes.Status413PayloadTooLarge) headers.Connection = "close"; // the rest of the body is not read, so nothing can follow it
        if (error.Status is StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests)
            headers.RetryAfter = Math.Max(1, (int)Math.Ceiling((retryAfter ?? TimeSpan.FromSeconds(1)).TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (HttpMethods.IsHead(http.Request.Method)) return;

        await using (var json = new Utf8JsonWriter(http.Response.BodyWriter, Options))
        {
            json.WriteStartObject();
            json.WriteString("error"u8, error.Code(profile));
            json.WriteString("error_description"u8, error.Description);
            json.WriteString("reason"u8, reason.WireName());
            if (decision is { IsNone: false } id) json.WriteString("decision_id"u8, id.ToString());
            json.WriteEndObject();
        }

        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }

    static void Prepare(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.Headers.CacheControl = "no-store";
    }
}
