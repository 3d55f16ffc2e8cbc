using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cambist.Testing;

/// <summary>
/// An OpenID provider’s outside on loopback http: discovery, keys and tokens, and switches to break each of them.
/// It stands for the identity providers that Cambist trusts; it has no login.
/// </summary>
public sealed class TestIssuer : IAsyncDisposable
{
    readonly WebApplication _app;
    readonly TimeProvider _clock;
    volatile IReadOnlyList<TestKey> _keys;
    int _requests;

    TestIssuer(WebApplication app, string path, TimeProvider clock, IReadOnlyList<TestKey> keys)
    {
        (_app, Path, _clock, _keys) = (app, path, clock, keys);
        Discovery = new(DiscoveryDocument);
        OAuthMetadata = new(DiscoveryDocument, StatusCodes.Status404NotFound);
        Jwks = new(() => TestKey.PublicSet(_keys).ToJsonString());
        OpaqueTokens = new(this);
        Introspection = new(OpaqueTokens.AnswerAsync);
    }

    /// <summary>Its identifier, what its tokens say in <c>iss</c>: <c>http://127.0.0.1:PORT</c> and its path.</summary>
    public string Issuer { get; private set; } = "";

    /// <summary>The path of the identifier, empty or starting with a slash.</summary>
    public string Path { get; }

    /// <summary>The keys it publishes now. The first one signs what no other key is named for.</summary>
    public IReadOnlyList<TestKey> Keys => _keys;

    /// <summary>OpenID Connect discovery: <c>{issuer}/.well-known/openid-configuration</c>.</summary>
    public TestEndpoint Discovery { get; }

    /// <summary>RFC 8414 metadata; 404 until a test sets its status to 200.</summary>
    public TestEndpoint OAuthMetadata { get; }

    /// <summary>The key set: <c>{issuer}/jwks</c>.</summary>
    public TestEndpoint Jwks { get; }

    /// <summary>Introspection (RFC 7662): <c>{issuer}/introspect</c>.</summary>
    public TestEndpoint Introspection { get; }

    /// <summary>Its opaque tokens, and what the introspection endpoint says of them.</summary>
    public TestOpaqueTokens OpaqueTokens { get; }

    /// <summary>How many requests have arrived, whatever they asked for.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>What the documents say in <c>issuer</c>; null tells the truth.</summary>
    public string? DocumentIssuer { get; set; }

    /// <summary>What the documents say in <c>jwks_uri</c>; null tells the truth.</summary>
    public string? DocumentJwksUri { get; set; }

    /// <summary>
    /// Starts one on a free port. Without <paramref name="keys"/> it has one fresh RS256 key <c>rs256-1</c>; without
    /// <paramref name="clock"/> the machine’s time goes into its tokens.
    /// </summary>
    public static async Task<TestIssuer> StartAsync(IReadOnlyList<TestKey>? keys = null, string path = "", TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var issuer = new TestIssuer(app, path, clock ?? TimeProvider.System, keys ?? [TestKey.Create("RS256", "rs256-1")]);
        app.Run(issuer.RouteAsync);
        await app.StartAsync();
        issuer.Issuer = app.Urls.Single() + path;
        return issuer;
    }

    /// <summary>Publishes these keys from now on, in this order: rotation, at once.</summary>
    public void Publish(params IReadOnlyList<TestKey> keys) => _keys = keys;

    /// <summary>Claims of an ID token of five minutes; a test may change them.</summary>
    public JsonObject IdTokenClaims(string subject, string audience)
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        return new()
        {
            ["iss"] = Issuer,
            ["sub"] = subject,
            ["aud"] = audience,
            ["iat"] = now,
            ["exp"] = now + 300,
            ["jti"] = RandomNumberGenerator.GetHexString(32, lowercase: true),
        };
    }

    /// <summary>Claims of an RFC 9068 access token of five minutes; a test may change them.</summary>
    public JsonObject AccessTokenClaims(string subject, string audience, string scope, string clientId)
    {
        var claims = IdTokenClaims(subject, audience);
        (claims["scope"], claims["client_id"]) = (scope, clientId);
        return claims;
    }

    /// <summary>A signed ID token; <paramref name="change"/> may add, change and remove claims.</summary>
    public string IdToken(string subject, string audience, Action<JsonObject>? change = null, TestKey? key = null)
    {
        var claims = IdTokenClaims(subject, audience);
        change?.Invoke(claims);
        return TestJwt.Sign(claims, key ?? _keys[0], "JWT").ToString();
    }

    /// <summary>A signed access token with <c>typ: at+jwt</c> (RFC 9068); <paramref name="change"/> as for an ID token.</summary>
    public string AccessToken(
        string subject, string audience, string scope, string clientId, Action<JsonObject>? change = null, TestKey? key = null)
    {
        var claims = AccessTokenClaims(subject, audience, scope, clientId);
        change?.Invoke(claims);
        return TestJwt.Sign(claims, key ?? _keys[0], "at+jwt").ToString();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    Task RouteAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        var asked = context.Request.Path.Value;
        if (asked == $"{Path}/.well-known/openid-configuration")
            return Discovery.AnswerAsync(context);
        if (asked == $"/.well-known/oauth-authorization-server{Path}")
            return OAuthMetadata.AnswerAsync(context);
        if (asked == $"{Path}/jwks")
            return Jwks.AnswerAsync(context);
        if (asked == $"{Path}/introspect")
            return Introspection.AnswerAsync(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    string DiscoveryDocument() => new JsonObject
    {
        ["issuer"] = DocumentIssuer ?? Issuer,
        ["jwks_uri"] = DocumentJwksUri ?? $"{Issuer}/jwks",
        ["authorization_endpoint"] = $"{Issuer}/authorize",
        ["token_endpoint"] = $"{Issuer}/token",
        ["response_types_supported"] = new JsonArray("code"),
        ["subject_types_supported"] = new JsonArray("public"),
        ["id_token_signing_alg_values_supported"] = new JsonArray([.. _keys.Select(key => (JsonNode)key.Algorithm)]),
    }.ToJsonString();
}
