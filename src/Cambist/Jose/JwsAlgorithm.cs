using System.Collections.Frozen;
using System.Security.Cryptography;

namespace Cambist;

/// <summary>A JWS signature algorithm (RFC 7518 §3) this server knows. Symmetric ones and <c>none</c> do not exist here.</summary>
public sealed class JwsAlgorithm
{
    JwsAlgorithm(string name, HashAlgorithmName hash, int signatureBytes, string? curve, RSASignaturePadding? padding) =>
        (Name, Hash, SignatureBytes, Curve, Padding) = (name, hash, signatureBytes, curve, padding);

    /// <summary>The value of <c>alg</c>, compared exactly.</summary>
    public string Name { get; }

    /// <summary>Its hash.</summary>
    internal HashAlgorithmName Hash { get; }

    /// <summary>The most bytes that one of these hashes has.</summary>
    internal const int LongestHash = SHA512.HashSizeInBytes;

    /// <summary>The hash of what is signed. The runtime's keys make it, too, but in memory of its own for each signature.</summary>
    /// <param name="input">What is signed.</param>
    /// <param name="buffer">Gets the hash; of <see cref="LongestHash"/>.</param>
    internal ReadOnlySpan<byte> HashOf(ReadOnlySpan<byte> input, Span<byte> buffer) => buffer[..CryptographicOperations.HashData(Hash, input, buffer)];

    /// <summary>Length of an ECDSA signature (R and S); 0 for RSA, where the key decides.</summary>
    internal int SignatureBytes { get; }

    /// <summary><c>crv</c> of the keys it takes; null for RSA.</summary>
    internal string? Curve { get; }

    /// <summary>The padding of an RSA algorithm.</summary>
    internal RSASignaturePadding? Padding { get; }

    /// <summary><c>kty</c> of the keys it takes.</summary>
    internal string KeyType => Curve is null ? "RSA" : "EC";

#pragma warning disable CS1591 // the names are RFC 7518's own
    public static readonly JwsAlgorithm ES256 = new("ES256", HashAlgorithmName.SHA256, 64, "P-256", null);
    public static readonly JwsAlgorithm ES384 = new("ES384", HashAlgorithmName.SHA384, 96, "P-384", null);
    public static readonly JwsAlgorithm ES512 = new("ES512", HashAlgorithmName.SHA512, 132, "P-521", null);
    public static readonly JwsAlgorithm RS256 = new("RS256", HashAlgorithmName.SHA256, 0, null, RSASignaturePadding.Pkcs1);
    public static readonly JwsAlgorithm RS384 = new("RS384", HashAlgorithmName.SHA384, 0, null, RSASignaturePadding.Pkcs1);
    public static readonly JwsAlgorithm RS512 = new("RS512", HashAlgorithmName.SHA512, 0, null, RSASignaturePadding.Pkcs1);
    public static readonly JwsAlgorithm PS256 = new("PS256", HashAlgorithmName.SHA256, 0, null, RSASignaturePadding.Pss);
    public static readonly JwsAlgorithm PS384 = new("PS384", HashAlgorithmName.SHA384, 0, null, RSASignaturePadding.Pss);
    public static readonly JwsAlgorithm PS512 = new("PS512", HashAlgorithmName.SHA512, 0, null, RSASignaturePadding.Pss);
#pragma warning restore CS1591

    /// <summary>All of them, by name.</summary>
    public static readonly FrozenDictionary<string, JwsAlgorithm> All =
        new[] { ES256, ES384, ES512, RS256, RS384, RS512, PS256, PS384, PS512 }.ToFrozenDictionary(a => a.Name, StringComparer.Ordinal);

    /// <summary>Those this server signs with.</summary>
    public static readonly IReadOnlyList<JwsAlgorithm> Signing = [ES256, ES384, PS256, RS256];

    /// <summary>What an issuer may use where the registry does not say.</summary>
    public static readonly IReadOnlyList<JwsAlgorithm> DefaultOfIssuers = [RS256, PS256, ES256, ES384];

    /// <summary>What a client may sign its assertions with (RFC 7523 §5).</summary>
    public static readonly IReadOnlyList<JwsAlgorithm> OfClients = [RS256, PS256, ES256, ES384];

    static readonly JwsAlgorithm[] InOrderOfUse = [RS256, ES256, PS256, ES384, RS384, RS512, PS384, PS512, ES512];

    /// <summary>The algorithm with this exact name; null where there is none. Allocates nothing.</summary>
    internal static JwsAlgorithm? Named(Claim name)
    {
        foreach (var algorithm in InOrderOfUse)
            if (name.IsString(algorithm.Name)) return algorithm;
        return null;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
