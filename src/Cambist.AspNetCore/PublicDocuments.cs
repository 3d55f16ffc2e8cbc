using Microsoft.AspNetCore.Http;

namespace Cambist.AspNetCore;

/// <summary>The documents that anybody may read, over any scheme: keys, metadata, health.</summary>
sealed class PublicDocuments(CambistEngine engine, TimeProvider clock)
{
    readonly StoreLook _store = new(engine.Store, clock);
    Metadata? _metadata;

    sealed record Metadata(Registry Registry, byte[] Document);

    public Task JwksAsync(HttpContext http) => WriteAsync(http, "application/jwk-set+json", "public, max-age=300", engine.Keys.PublishedJwks);

    public Task MetadataAsync(HttpContext http)
    {
        var registry = engine.Registry.Current;
        var cached = _metadata;
        if (cached?.Registry != registry) _metadata = cached = new(registry, MetadataDocument.Of(registry));
        return WriteAsync(http, "application/json", "public, max-age=300", cached!.Document);
    }

    public static Task LiveAsync(HttpContext http) => WriteAsync(http, "application/json", "no-store", """{"status":"live"}"""u8.ToArray());

    /// <summary>Ready once there is a registry, a key to sign with, and a store that can be used; says which revision of the registry is in force.</summary>
    public async Task ReadyAsync(HttpContext http)
    {
        var (isReady, document) = HealthDocument.Of(engine.Registry, engine.Keys.Current.CanSign, await _store.CanBeUsedAsync());
        http.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await WriteAsync(http, "application/json", "no-store", document);
    }

    static async Task WriteAsync(HttpContext http, string contentType, string cacheControl, ReadOnlyMemory<byte> body)
    {
        http.Response.ContentType = contentType;
        http.Response.Headers.CacheControl = cacheControl;
        http.Response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(http.Request.Method)) await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }
}
