using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cambist.Testing;

/// <summary>Requests as tests send them.</summary>
public static class Requests
{
    public const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    public const string IdTokenType = "urn:ietf:params:oauth:token-type:id_token";
    public const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";
    public const string JwtType = "urn:ietf:params:oauth:token-type:jwt";

    /// <summary>The secret of every client in these tests.</summary>
    public static string SecretOf(string client) => $"secret-of-{client}-0123456789";

    /// <summary>A client with the hash of that secret, as a registry writes it; <paramref name="more"/> are further members.</summary>
    public static string Client(string id, string more = "") =>
        $"{id}: {{ secrets: {{ sha256: {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SecretOf(id))))} }}{(more.Length == 0 ? "" : ", " + more)} }}";

    /// <summary>Exchanges an ID token.</summary>
    public static Task<Answer> SendIdTokenAsync(this TestServer server, string client, string token, params (string Name, string Value)[] more) =>
        server.ExchangeAsync(client, SecretOf(client), token, "id_token", more);

    /// <summary>Exchanges an access token.</summary>
    public static Task<Answer> SendAccessTokenAsync(this TestServer server, string client, string token, params (string Name, string Value)[] more) =>
        server.ExchangeAsync(client, SecretOf(client), token, "access_token", more);

    /// <summary>Exchanges another JWT.</summary>
    public static Task<Answer> SendJwtAsync(this TestServer server, string client, string token, params (string Name, string Value)[] more) =>
        server.ExchangeAsync(client, SecretOf(client), token, "jwt", more);

    /// <summary>Exchanges an ID token as a public client.</summary>
    public static Task<Answer> SendAsPublicAsync(this TestServer server, string client, string token, params (string Name, string Value)[] more) =>
        server.PostAsync(TestServer.ExchangeForm(token, "id_token", [("client_id", client), .. more]));

    /// <summary>Client credentials.</summary>
    public static Task<Answer> ForItselfAsync(this TestServer server, string client, params (string Name, string Value)[] more) =>
        server.PostAsync(client, SecretOf(client), [("grant_type", "client_credentials"), .. more]);

    /// <summary>Redeems a refresh token.</summary>
    public static Task<Answer> RefreshAsync(this TestServer server, string client, string token, params (string Name, string Value)[] more) =>
        server.PostAsync(client, SecretOf(client), [("grant_type", "refresh_token"), ("refresh_token", token), .. more]);

    /// <summary>Any form, as a client with its secret.</summary>
    public static Task<Answer> SendFormAsync(this TestServer server, string client, params (string Name, string Value)[] form) =>
        server.PostAsync(client, SecretOf(client), form);

    /// <summary>A body as it is, as a client with its secret.</summary>
    public static async Task<Answer> SendBodyAsync(this TestServer server, string client, HttpContent? body, string path = "/token", HttpMethod? method = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path) { Content = body };
        change?.Invoke(request);
        request.Headers.Authorization = new("Basic", TestServer.BasicCredentials(client, SecretOf(client)));
        return await server.SendAsync(request);
    }

    /// <summary>Asks about a token, as a client with its secret.</summary>
    public static Task<Answer> IntrospectAsync(this TestServer server, string client, string token, params (string Name, string Value)[] more) =>
        server.SendFormToAsync("/introspect", client, [("token", token), .. more]);

    /// <summary>Gives a token back, as a client with its secret.</summary>
    public static Task<Answer> RevokeAsync(this TestServer server, string client, string token, params (string Name, string Value)[] more) =>
        server.SendFormToAsync("/revoke", client, [("token", token), .. more]);

    /// <summary>Any form to any endpoint, as a client with its secret; without a credential where there is no client.</summary>
    public static async Task<Answer> SendFormToAsync(this TestServer server, string path, string? client, params IEnumerable<(string Name, string Value)> form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) };
        if (client is not null) request.Headers.Authorization = new("Basic", TestServer.BasicCredentials(client, SecretOf(client)));
        return await server.SendAsync(request);
    }

    /// <summary>Text as a form body, not encoded further.</summary>
    public static HttpContent Form(string text)
    {
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        body.Headers.ContentType = new("application/x-www-form-urlencoded");
        return body;
    }

    /// <summary>A body that the server may refuse by its length alone: it is sent only once the server asks for it.</summary>
    public static Task<Answer> SendLargeBodyAsync(this TestServer server, string client, HttpContent body) =>
        server.SendBodyAsync(client, body, change: request => request.Headers.ExpectContinue = true);

    /// <summary>The form of a plain exchange of an ID token, encoded.</summary>
    public static string ExchangeBody(string idToken) =>
        $"grant_type={Uri.EscapeDataString(TokenExchange)}&subject_token={idToken}&subject_token_type={Uri.EscapeDataString(IdTokenType)}";

    /// <summary>A document of the protocol endpoints.</summary>
    public static async Task<Answer> GetAsync(this TestServer server, string path, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        change?.Invoke(request);
        return await server.SendAsync(request);
    }

    /// <summary>Signs claims with the server's own key, or one it had before: what only a server gone wrong would issue, or a thief.</summary>
    public static string SignAsServer(this TestServer server, JsonObject claims, string? type = "at+jwt", SigningKey? key = null) =>
        server.SignAsServer(claims.ToJsonString(), type, key);

    /// <summary>The same for claims as they stand, to the byte.</summary>
    public static string SignAsServer(this TestServer server, string claims, string? type = "at+jwt", SigningKey? key = null)
    {
        key ??= server.Engine.Keys.Current.Active;
        var header = new JsonObject { ["alg"] = key.Algorithm.Name, ["kid"] = key.KeyId };
        if (type is not null) header["typ"] = type;
        var unsigned = new TestJwt(Encoding.UTF8.GetBytes(header.ToJsonString()), Encoding.UTF8.GetBytes(claims), []).ToString();
        var signature = new byte[512];
        var length = key.Sign(Encoding.ASCII.GetBytes(unsigned[..^1]), signature);
        return unsigned + System.Buffers.Text.Base64Url.EncodeToString(signature.AsSpan(0, length));
    }
}
