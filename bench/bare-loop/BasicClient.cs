using System.Security.Cryptography;
using System.Text;

namespace Cambist.BareLoop;

/// <summary>One client with one secret, kept hashed (RFC 6749 §2.3.1).</summary>
sealed class BasicClient(string id, string secret)
{
    readonly byte[] _id = Encoding.UTF8.GetBytes(id + ":");
    readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    public bool Matches(string authorization)
    {
        const string Scheme = "Basic ";
        Span<byte> pair = stackalloc byte[256];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (!authorization.StartsWith(Scheme, StringComparison.Ordinal)
            || !Convert.TryFromBase64Chars(authorization.AsSpan(Scheme.Length), pair, out var length)
            || !pair[..length].StartsWith(_id))
        {
            return false;
        }
        SHA256.HashData(pair[_id.Length..length], hash);
        return CryptographicOperations.FixedTimeEquals(hash, _hash);
    }
}
