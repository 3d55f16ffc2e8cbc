using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cambist.Server;

/// <summary>
/// A small OpenID provider that plays the external one: discovery, keys, and the authorization code flow with PKCE
/// (OpenID Connect Core §3.1, RFC 7636). Whoever comes is alice; it is for the demo alone.
/// </summary>
sealed class DemoProvider : IAsyncDisposable
{
    const string ClientId = "web";

    readonly WebApplication _app;
    readonly TimeProvider _clock;
    readonly SigningKey _key = SigningKey.Create(JwsAlgorithm.RS256);
    readonly ConcurrentDictionary<string, string> _challengeByCode = new(StringComparer.Ordinal);

    DemoProvider(WebApplication app, string issuer, TimeProvider clock) => (_app, Issuer, _clock) = (app, issuer, clock);

    public string Issuer { get; }

    public static async Task<DemoProvider> StartAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var issuer = $"http://127.0.0.1:{ServerHost.FreePort()}";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(issuer);
        var provider = new DemoProvider(builder.Build(), issuer, clock);
        provider.Map();
        await provider._app.StartAsync(cancellationToken);
        return provider;
    }

    void Map()
    {
        _app.MapGet("/.well-known/openid-configuration", () => Results.Json(new Dictionary<string, object>
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = Issuer + "/jwks",
            ["response_types_supported"] = new[] { "code" },
            ["subject_types_supported"] = new[] { "public" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256" },
            ["code_challenge_methods_supported"] = new[] { "S256" },
        }));
        _app.MapGet("/jwks", () => Results.Text($$"""{"keys":[{{Encoding.UTF8.GetString(_key.PublicJwk.Span)}}]}""", "application/json"));
        _app.MapGet("/authorize", (HttpRequest request) => Authorize(request.Query));
        _app.MapPost("/token", async (HttpRequest request) => Redeem(await request.ReadFormAsync(request.HttpContext.RequestAborted)));
    }

    IResult Authorize(IQueryCollection query)
    {
        if (query["response_type"] != "code" || query["client_id"] != ClientId || query["code_challenge_method"] != "S256")
            return Results.BadRequest("this provider knows the code flow of client web, with PKCE");
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        _challengeByCode[code] = query["code_challenge"].ToString();
        return Results.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
    }

    IResult Redeem(IFormCollection form)
    {
        var verifier = Encoding.ASCII.GetBytes(form["code_verifier"].ToString());
        return _challengeByCode.TryRemove(form["code"].ToString(), out var challenge) && Base64Url.EncodeToString(SHA256.HashData(verifier)) == challenge
            ? Results.Json(new Dictionary<string, object> { ["token_type"] = "Bearer", ["id_token"] = IdToken() })
            : Results.Json(new Dictionary<string, object> { ["error"] = "invalid_grant" }, statusCode: 400);
    }

    string IdToken()
    {
        var now = _clock.GetUtcNow().ToUnixTimeSeconds();
        var header = Encode(new() { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = _key.KeyId });
        var payload = Encode(new()
        {
            ["iss"] = Issuer,
            ["sub"] = "alice",
            ["aud"] = ClientId,
            ["iat"] = now,
            ["exp"] = now + 600,
            ["email"] = "alice@example.com",
            ["tenant"] = "acme",
            ["phone_number"] = "not for the APIs",
        });
        var signature = new byte[_key.SignatureBytes];
        var length = _key.Sign(Encoding.ASCII.GetBytes($"{header}.{payload}"), signature);
        return $"{header}.{payload}.{Base64Url.EncodeToString(signature.AsSpan(0, length))}";
    }

    static string Encode(Dictionary<string, object> members) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(members));

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
