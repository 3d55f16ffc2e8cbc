using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cambist;

/// <summary>One of our private keys, with what every token under it begins with. Shared by all threads; dropped, never disposed.</summary>
public sealed class SigningKey
{
    const int RsaBits = 2048;
    const string AccessTokenType = "at+jwt";

    // of SHA-256, base64url
    static readonly string AnyThumbprint = new('A', 43);

    readonly RSA? _rsa;
    readonly ECDsa? _ecdsa;

    SigningKey(JwsAlgorithm algorithm, RSA rsa)
    {
        (Algorithm, _rsa, SignatureBytes) = (algorithm, rsa, (rsa.KeySize + 7) / 8);
        var parameters = rsa.ExportParameters(includePrivateParameters: false);
        var jwk = PublishedJwk.Of(parameters);
        KeyId = jwk.Thumbprint();
        PublicJwk = jwk.ToJson(algorithm, KeyId);
        PublicKey = new VerificationKey(RSA.Create(parameters), KeyId, algorithm);
        AccessTokenHeader = EncodeHeader(AccessTokenType);
    }

    SigningKey(JwsAlgorithm algorithm, ECDsa ecdsa, EllipticCurve curve)
    {
        (Algorithm, _ecdsa, SignatureBytes) = (algorithm, ecdsa, algorithm.SignatureBytes);
        var parameters = ecdsa.ExportParameters(includePrivateParameters: false);
        var jwk = PublishedJwk.Of(parameters, curve);
        KeyId = jwk.Thumbprint();
        PublicJwk = jwk.ToJson(algorithm, KeyId);
        PublicKey = new VerificationKey(ECDsa.Create(parameters), curve.Name, KeyId, algorithm);
        AccessTokenHeader = EncodeHeader(AccessTokenType);
    }

    /// <summary>Makes a new key: EC on the algorithm's curve, or RSA of 2048 bits. <c>kid</c> is its RFC 7638 thumbprint.</summary>
    public static SigningKey Create(JwsAlgorithm algorithm)
    {
        if (algorithm.Curve is null) return new SigningKey(algorithm, RSA.Create(RsaBits));
        var curve = EllipticCurve.Of(algorithm);
        return new SigningKey(algorithm, ECDsa.Create(curve.Curve), curve);
    }

    /// <summary>Reads what <see cref="ExportPrivateKey"/> wrote.</summary>
    /// <exception cref="CryptographicException">It is no PKCS #8 private key, or not one for this algorithm.</exception>
    internal static SigningKey Import(JwsAlgorithm algorithm, ReadOnlySpan<byte> pkcs8) =>
        algorithm.Curve is null ? ImportRsa(algorithm, pkcs8) : ImportEc(algorithm, pkcs8);

    static SigningKey ImportRsa(JwsAlgorithm algorithm, ReadOnlySpan<byte> pkcs8)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportPkcs8PrivateKey(pkcs8, out var read);
            if (read != pkcs8.Length || rsa.KeySize < RsaBits) throw NotAKeyFor(algorithm);
            return new SigningKey(algorithm, rsa);
        }
        catch
        {
            rsa.Dispose();
            throw;
        }
    }

    static SigningKey ImportEc(JwsAlgorithm algorithm, ReadOnlySpan<byte> pkcs8)
    {
        var curve = EllipticCurve.Of(algorithm);
        var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportPkcs8PrivateKey(pkcs8, out var read);
            var actual = ecdsa.ExportParameters(includePrivateParameters: false).Curve;
            if (read != pkcs8.Length || !actual.IsNamed || !IsSame(actual.Oid, curve.Curve.Oid)) throw NotAKeyFor(algorithm);
            return new SigningKey(algorithm, ecdsa, curve);
        }
        catch
        {
            ecdsa.Dispose();
            throw;
        }
    }

    // One of the two may lack a value or a name, depending on the platform.
    static bool IsSame(Oid a, Oid b) => a.Value is not null && b.Value is not null ? a.Value == b.Value : a.FriendlyName == b.FriendlyName;

    static CryptographicException NotAKeyFor(JwsAlgorithm algorithm) => new($"Not a PKCS #8 private key for {algorithm}.");

    /// <summary><c>kid</c>.</summary>
    public string KeyId { get; }

    /// <summary>Its one algorithm.</summary>
    public JwsAlgorithm Algorithm { get; }

    /// <summary>The public half as a JWK: <c>kty</c>, <c>use</c>, <c>alg</c>, <c>kid</c> and the key's public members.</summary>
    public ReadOnlyMemory<byte> PublicJwk { get; }

    /// <summary>The public half, to verify our own tokens.</summary>
    internal VerificationKey PublicKey { get; }

    /// <summary>The encoded header of an access token (<c>alg</c>, <c>typ: at+jwt</c>, <c>kid</c>; RFC 9068 §2.1), ASCII.</summary>
    internal ReadOnlyMemory<byte> AccessTokenHeader { get; }

    /// <summary>The encoded header of another kind of token under this key, ASCII.</summary>
    /// <param name="type"><c>typ</c>; null leaves it out.</param>
    internal byte[] EncodeHeader(string? type) => EncodeHeader(Algorithm, type, KeyId);

    /// <summary>How long <see cref="AccessTokenHeader"/> and <see cref="SignatureBytes"/> of a key are that is made for an algorithm.</summary>
    internal static (int Header, int Signature) SizesOf(JwsAlgorithm algorithm) =>
        (EncodeHeader(algorithm, AccessTokenType, AnyThumbprint).Length, algorithm.Curve is null ? RsaBits / 8 : algorithm.SignatureBytes);

    static byte[] EncodeHeader(JwsAlgorithm algorithm, string? type, string keyId)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }); // the other one escapes +
        writer.WriteStartObject();
        writer.WriteString("alg", algorithm.Name);
        if (type is not null) writer.WriteString("typ", type);
        writer.WriteString("kid", keyId);
        writer.WriteEndObject();
        writer.Flush();
        return Base64Url.EncodeToUtf8(buffer.WrittenSpan);
    }

    /// <summary>The longest signature this key makes; every signature has this length.</summary>
    public int SignatureBytes { get; }

    /// <summary>Signs, and says how many bytes were written.</summary>
    /// <exception cref="ArgumentException"><paramref name="signature"/> is shorter than <see cref="SignatureBytes"/>.</exception>
    public int Sign(ReadOnlySpan<byte> input, Span<byte> signature)
    {
        Span<byte> buffer = stackalloc byte[JwsAlgorithm.LongestHash];
        var hash = Algorithm.HashOf(input, buffer);
        return _rsa is not null
            ? _rsa.SignHash(hash, signature, Algorithm.Hash, Algorithm.Padding!)
            : _ecdsa!.SignHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>The private key, PKCS #8, to be sealed.</summary>
    internal byte[] ExportPrivateKey() => _rsa is not null ? _rsa.ExportPkcs8PrivateKey() : _ecdsa!.ExportPkcs8PrivateKey();
}
