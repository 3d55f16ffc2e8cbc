using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary>An answer of the admin API: a JSON document, nothing, or a problem (RFC 9457). Never cacheable.</summary>
sealed record AdminAnswer(int Status, JsonNode? Body, string ContentType = "application/json")
{
    static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The <c>WWW-Authenticate</c> challenge (RFC 6750 §3).</summary>
    public string? Challenge { get; init; }

    /// <summary>The methods that there are, where the one that was sent is none of them (RFC 9110 §10.2.1).</summary>
    public string? Allow { get; init; }

    /// <summary>Whether the ledger has its entry already; a problem without one gets it before it is answered.</summary>
    public bool IsRecorded { get; init; }

    /// <summary>When trying again can help.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static AdminAnswer Ok(JsonNode body) => new(StatusCodes.Status200OK, body);

    public static AdminAnswer Created(JsonNode body) => new(StatusCodes.Status201Created, body);

    public static readonly AdminAnswer NoContent = new(StatusCodes.Status204NoContent, null);

    /// <summary>A problem; <paramref name="detail"/> says what to do, and <paramref name="reason"/> is from the published list.</summary>
    public static AdminAnswer Problem(int status, string title, string detail, string? reason = null)
    {
        var body = new JsonObject { ["type"] = "about:blank", ["title"] = title, ["status"] = status, ["detail"] = detail };
        if (reason is not null) body["reason"] = reason;
        return new(status, body, "application/problem+json");
    }

    public static AdminAnswer BadRequest(string detail) => Problem(StatusCodes.Status400BadRequest, "Bad request", detail);

    public static AdminAnswer NotFound(string detail) => Problem(StatusCodes.Status404NotFound, "Not found", detail);

    public async Task WriteAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        http.Response.StatusCode = Status;
        headers.CacheControl = "no-store";
        if (Challenge is not null) headers.WWWAuthenticate = Challenge;
        if (Allow is not null) headers.Allow = Allow;
        if (RetryAfter is { } wait) headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (Status == StatusCodes.Status413PayloadTooLarge) headers.Connection = "close";
        if (Body is null) return;
        http.Response.ContentType = ContentType;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Body, Json);
        http.Response.ContentLength = bytes.Length;
        await http.Response.Body.WriteAsync(bytes, CancellationToken.None);
    }
}
