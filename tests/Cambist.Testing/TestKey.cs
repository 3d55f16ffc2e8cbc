using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cambist.Testing;

/// <summary>
/// A signing key under an algorithm name and a key id. It signs what it is told to, under any name: <see cref="As"/>
/// presents the same key as another algorithm, <see cref="Hmac"/> and <see cref="Unsigned"/> make what must be refused.
/// </summary>
public sealed class TestKey
{
    readonly RSA? _rsa;
    readonly ECDsa? _ec;
    readonly byte[]? _secret;

    TestKey(string algorithm, string? keyId, RSA? rsa, ECDsa? ec, byte[]? secret)
        => (Algorithm, KeyId, _rsa, _ec, _secret) = (algorithm, keyId, rsa, ec, secret);

    /// <summary>What its tokens and its JWK say in <c>alg</c>.</summary>
    public string Algorithm { get; }

    /// <summary>What its tokens and its JWK say in <c>kid</c>; null leaves the member out of both.</summary>
    public string? KeyId { get; }

    /// <summary>A fresh key: RS256 to RS512 and PS256 to PS512 of <paramref name="bits"/>, ES256, ES384 or ES512.</summary>
    public static TestKey Create(string algorithm = "RS256", string? keyId = null, int bits = 2048) => algorithm switch
    {
        "ES256" => new(algorithm, keyId, null, ECDsa.Create(ECCurve.NamedCurves.nistP256), null),
        "ES384" => new(algorithm, keyId, null, ECDsa.Create(ECCurve.NamedCurves.nistP384), null),
        "ES512" => new(algorithm, keyId, null, ECDsa.Create(ECCurve.NamedCurves.nistP521), null),
        _ => new(algorithm, keyId, RSA.Create(bits), null, null),
    };

    /// <summary>A symmetric key, for instance a public key’s bytes used as an HMAC secret.</summary>
    public static TestKey Hmac(byte[] secret, string algorithm = "HS256", string? keyId = null) => new(algorithm, keyId, null, null, secret);

    /// <summary>Signs with nothing: an empty signature under <paramref name="algorithm"/>.</summary>
    public static TestKey Unsigned(string algorithm = "none", string? keyId = null) => new(algorithm, keyId, null, null, null);

    /// <summary>The same key under another algorithm name or key id.</summary>
    public TestKey As(string? algorithm = null, string? keyId = null) => new(algorithm ?? Algorithm, keyId ?? KeyId, _rsa, _ec, _secret);

    /// <summary>The same key without a key id.</summary>
    public TestKey WithoutKeyId() => new(Algorithm, null, _rsa, _ec, _secret);

    /// <summary>The JWS signature (RFC 7518 §3) of <paramref name="signingInput"/>.</summary>
    public byte[] Sign(ReadOnlySpan<byte> signingInput)
    {
        var hash = Algorithm[^3..] switch { "384" => HashAlgorithmName.SHA384, "512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
        if (_rsa is not null)
            return _rsa.SignData(signingInput, hash, Algorithm[0] == 'P' ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);
        if (_ec is not null)
            return _ec.SignData(signingInput, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return _secret is null ? [] : CryptographicOperations.HmacData(hash, _secret, signingInput);
    }

    /// <summary>The public JWK (RFC 7517), a fresh object that a test may change.</summary>
    public JsonObject PublicJwk()
    {
        var jwk = new JsonObject();
        if (_rsa is not null)
        {
            var p = _rsa.ExportParameters(false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Text(p.Modulus), Text(p.Exponent));
        }
        else if (_ec is not null)
        {
            var p = _ec.ExportParameters(false);
            (jwk["kty"], jwk["crv"], jwk["x"], jwk["y"]) = ("EC", $"P-{_ec.KeySize}", Text(p.Q.X), Text(p.Q.Y));
        }
        else
        {
            (jwk["kty"], jwk["k"]) = ("oct", Text(_secret));
        }
        (jwk["use"], jwk["alg"]) = ("sig", Algorithm);
        if (KeyId is not null)
            jwk["kid"] = KeyId;
        return jwk;
    }

    /// <summary>The private JWK (RFC 7517), for instance for a client’s own key file.</summary>
    public JsonObject PrivateJwk()
    {
        var jwk = PublicJwk();
        if (_rsa is not null)
        {
            var p = _rsa.ExportParameters(true);
            (jwk["d"], jwk["p"], jwk["q"]) = (Text(p.D), Text(p.P), Text(p.Q));
            (jwk["dp"], jwk["dq"], jwk["qi"]) = (Text(p.DP), Text(p.DQ), Text(p.InverseQ));
        }
        else if (_ec is not null)
        {
            jwk["d"] = Text(_ec.ExportParameters(true).D);
        }
        return jwk;
    }

    /// <summary>The public key in PEM, as UTF-8: what an HMAC-confusion attack uses as its secret.</summary>
    public byte[] PublicPem() => Encoding.ASCII.GetBytes(((AsymmetricAlgorithm?)_rsa ?? _ec)?.ExportSubjectPublicKeyInfoPem() ?? "");

    /// <summary>A JWK set of the public halves of <paramref name="keys"/>.</summary>
    public static JsonObject PublicSet(params IEnumerable<TestKey> keys)
        => new() { ["keys"] = new JsonArray([.. keys.Select(key => (JsonNode)key.PublicJwk())]) };

    static string Text(byte[]? bytes) => Base64Url.EncodeToString(bytes ?? []);
}
