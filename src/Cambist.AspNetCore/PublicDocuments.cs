using Microsoft.AspNetCore.Http;

namespace Cambist.AspNetCore;

/// <summary>The documents that anybody may read, over any scheme: keys, metadata, health.</summary>
sealed class PublicDocuments(CambistEngine engine)
{
    (Registry Registry, byte[] Document)? _metadata;

    public Task JwksAsync(HttpContext http) => WriteAsync(http, "application/jwk-set+json", "public, max-age=300", engine.Keys.PublishedJwks);

    public Task MetadataAsync(HttpContext http)
    {
        var registry = engine.Registry.Current;
        var cached = _metadata;
        if (cached is null || cached.Value.Registry != registry) _metadata = cached = (registry, MetadataDocument.Of(registry));
        return WriteAsync(http, "application/json", "public, max-age=300", cached.Value.Document);
    }

    public static Task LiveAsync(HttpContext http) => WriteAsync(http, "application/json", "no-store", """{"status":"live"}"""u8.ToArray());

    /// <summary>Ready once there is a registry and a key to sign with; says which revision of the registry is in force.</summary>
    public Task ReadyAsync(HttpContext http)
    {
        var (status, word) = engine.Keys.Current.CanSign ? (StatusCodes.Status200OK, "ready") : (StatusCodes.Status503ServiceUnavailable, "no signing key");
        http.Response.StatusCode = status;
        return WriteAsync(http, "application/json", "no-store",
            System.Text.Encoding.UTF8.GetBytes($$"""{"status":"{{word}}","registry_revision":"{{engine.Registry.Current.Revision}}"}"""));
    }

    static async Task WriteAsync(HttpContext http, string contentType, string cacheControl, ReadOnlyMemory<byte> body)
    {
        http.Response.ContentType = contentType;
        http.Response.Headers.CacheControl = cacheControl;
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }
}
