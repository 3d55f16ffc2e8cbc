using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Cambist;

/// <summary>A token that is looked up: a prefix and 256 random bits. Only their hash is kept, with what the token stands for.</summary>
internal static class OpaqueToken
{
    const int RandomLength = 32;

    /// <summary>An opaque access token; what is kept are the claims that a JWT would have.</summary>
    public static IssuedToken OfAccess(ReadOnlySpan<byte> claims, string id, long expiresAt) =>
        Create(OpaqueTokens.Prefix, StoredTokenKind.AccessToken, id, expiresAt, claims.ToArray());

    /// <summary>A refresh token; what is kept is its <see cref="RefreshGrant"/>.</summary>
    public static IssuedToken OfRefresh(ReadOnlyMemory<byte> grant, string id, long expiresAt) =>
        Create(RefreshTokens.Prefix, StoredTokenKind.RefreshToken, id, expiresAt, grant);

    static IssuedToken Create(string prefix, StoredTokenKind kind, string id, long expiresAt, ReadOnlyMemory<byte> content)
    {
        Span<byte> random = stackalloc byte[RandomLength];
        RandomNumberGenerator.Fill(random);
        var value = Encoding.ASCII.GetBytes(prefix + Base64Url.EncodeToString(random));
        return new(value, id, new(SHA256.HashData(value), kind, id, expiresAt * 1000, content));
    }
}
