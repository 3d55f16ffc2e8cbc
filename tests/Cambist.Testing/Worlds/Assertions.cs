using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Cambist.Testing;

/// <summary>Client assertions (RFC 7523 §2.2), written by hand.</summary>
public static class Assertions
{
    public const string JwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>The claims of an honest one for this server; <paramref name="change"/> may add, change and remove some.</summary>
    public static JsonObject Claims(TestServer server, string client, Action<JsonObject>? change = null)
    {
        var now = server.Now();
        var claims = new JsonObject
        {
            ["iss"] = client,
            ["sub"] = client,
            ["aud"] = server.Issuer,
            ["iat"] = now,
            ["exp"] = now + 60,
            ["jti"] = RandomNumberGenerator.GetHexString(32, lowercase: true),
        };
        change?.Invoke(claims);
        return claims;
    }

    /// <summary>A signed one.</summary>
    public static string Sign(TestServer server, string client, TestKey? key = null, Action<JsonObject>? change = null, string? type = null) =>
        TestJwt.Sign(Claims(server, client, change), key ?? Keys.Es256, type).ToString();

    /// <summary>As it stands in a form.</summary>
    public static (string Name, string Value)[] Form(string assertion, string type = JwtBearer) => [("client_assertion_type", type), ("client_assertion", assertion)];

    /// <summary>Exchanges alice's ID token, with an assertion.</summary>
    public static Task<Answer> ExchangeByAsync(this World world, TestServer server, string assertion, params (string Name, string Value)[] more) =>
        server.PostAsync(TestServer.ExchangeForm(world.IdToken(audience: server.Issuer), "id_token", [.. Form(assertion), .. more]));

    /// <summary>The server's second.</summary>
    public static long Now(this TestServer server) => (server.Clock ?? TimeProvider.System).GetUtcNow().ToUnixTimeSeconds();
}
