using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cambist.Benchmarks;

/// <summary>An identity provider with a key of its own, whose ID tokens are exchanged. Their life is two hours.</summary>
sealed class Provider
{
    public const string Issuer = "https://login.bench.example";
    const string KeyId = "bench";

    readonly RSA? _rsa;
    readonly ECDsa? _ecdsa;
    readonly string _header;

    /// <param name="algorithm"><c>RS256</c>, under a key of 2048 bits, or <c>ES256</c>.</param>
    public Provider(string algorithm)
    {
        if (algorithm == "RS256") _rsa = RSA.Create(2048);
        else _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _header = Encode(new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = KeyId }.ToJsonString());
        Jwks = new JsonObject { ["keys"] = new JsonArray(Jwk(algorithm)) }.ToJsonString();
    }

    /// <summary>Its public key, as it publishes it.</summary>
    public string Jwks { get; }

    /// <summary>An ID token, of another subject for each number; all have one length.</summary>
    public string IdToken(int number)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["sub"] = $"user{number:D7}",
            ["aud"] = RegistryText.Client,
            ["iat"] = now,
            ["exp"] = now + 7200,
            ["jti"] = RandomNumberGenerator.GetHexString(32, lowercase: true),
            ["email"] = $"user{number:D7}@example.com",
        };
        var signed = $"{_header}.{Encode(claims.ToJsonString())}";
        return $"{signed}.{Base64Url.EncodeToString(Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public byte[] Sign(ReadOnlySpan<byte> input) =>
        _rsa?.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        ?? _ecdsa!.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>The bare operation.</summary>
    public bool Verify(ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) =>
        _rsa?.VerifyData(input, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        ?? _ecdsa!.VerifyData(input, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    JsonObject Jwk(string algorithm)
    {
        var jwk = new JsonObject { ["use"] = "sig", ["alg"] = algorithm, ["kid"] = KeyId };
        if (_rsa is not null)
        {
            var key = _rsa.ExportParameters(includePrivateParameters: false);
            (jwk["kty"], jwk["n"], jwk["e"]) = ("RSA", Base64Url.EncodeToString(key.Modulus), Base64Url.EncodeToString(key.Exponent));
        }
        else
        {
            var key = _ecdsa!.ExportParameters(includePrivateParameters: false);
            (jwk["kty"], jwk["crv"], jwk["x"], jwk["y"]) = ("EC", "P-256", Base64Url.EncodeToString(key.Q.X), Base64Url.EncodeToString(key.Q.Y));
        }

        return jwk;
    }

    static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
