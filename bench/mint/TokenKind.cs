using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Cambist.Mint;

/// <summary>What the tokens of a file are: their <c>typ</c>, and what is added to the claims that all have.</summary>
sealed class TokenKind(string typ, Action<JsonObject> addOwn)
{
    static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    /// <summary>An ID token (OpenID Connect Core §2).</summary>
    public static readonly TokenKind Id = new("JWT", claims => claims["email"] = $"{claims["sub"]}@example.com");

    /// <summary>An access token (RFC 9068) that went through two hands: <c>planner</c> acted for the user, then <c>worker</c> (RFC 8693 §4.1).</summary>
    public static readonly TokenKind Chain = new("at+jwt", claims =>
    {
        claims["client_id"] = (string?)claims["aud"];
        claims["scope"] = "read";
        claims["act"] = new JsonObject { ["sub"] = "worker", ["act"] = new JsonObject { ["sub"] = "planner" } };
    });

    public string Typ => typ;

    /// <summary>Claims of the token with this number. They all have one length, so that a token is found in its file by its number.</summary>
    public JsonObject Claims(int number, string issuer, string audience, DateTimeOffset now)
    {
        var claims = new JsonObject
        {
            ["iss"] = issuer,
            ["sub"] = $"user{number:D7}",
            ["aud"] = audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + Lifetime).ToUnixTimeSeconds(),
            ["jti"] = RandomNumberGenerator.GetHexString(32, lowercase: true),
        };
        addOwn(claims);
        return claims;
    }
}
