using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Cambist;

/// <summary>An opaque access token: a prefix and 256 random bits. Only their hash is kept, with the claims that a JWT would have.</summary>
internal static class OpaqueToken
{
    const int RandomLength = 32;

    public static IssuedToken Create(ReadOnlySpan<byte> claims, string id, long expiresAt)
    {
        Span<byte> random = stackalloc byte[RandomLength];
        RandomNumberGenerator.Fill(random);
        var value = Encoding.ASCII.GetBytes(OpaqueTokens.Prefix + Base64Url.EncodeToString(random));
        return new(value, id, new(SHA256.HashData(value), StoredTokenKind.AccessToken, id, expiresAt * 1000, claims.ToArray()));
    }
}
