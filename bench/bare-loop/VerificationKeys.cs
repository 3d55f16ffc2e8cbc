using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cambist.BareLoop;

/// <summary>Whether a JWS with this header, as it was sent, has a good signature.</summary>
delegate bool SignatureCheck(ReadOnlySpan<byte> header, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature);

/// <summary>The keys of a JWK set (RFC 7517).</summary>
sealed class VerificationKeys(byte[] jwks)
{
    readonly JsonElement[] _keys = [.. JsonDocument.Parse(jwks).RootElement.GetProperty("keys").EnumerateArray()];

    /// <summary>By the first RSA key.</summary>
    public SignatureCheck Rs256()
    {
        var jwk = Of("RSA").First();
        var key = RSA.Create(new RSAParameters { Modulus = Bytes(jwk, "n"), Exponent = Bytes(jwk, "e") });
        return (_, signed, signature) => key.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>By the first EC key.</summary>
    public SignatureCheck Es256()
    {
        var key = EllipticCurve(Of("EC").First());
        return (_, signed, signature) => IsEs256(key, signed, signature);
    }

    /// <summary>By the EC key that the header names.</summary>
    public SignatureCheck Es256ByKid()
    {
        var keys = Of("EC").Select(jwk => (Kid: Encoding.UTF8.GetBytes(jwk.GetProperty("kid").GetString()!), Key: EllipticCurve(jwk))).ToArray();
        return (header, signed, signature) =>
        {
            Span<byte> json = stackalloc byte[256];
            if (Base64Url.DecodeFromUtf8(header, json, out _, out var length) != OperationStatus.Done)
                return false;
            var kid = new Utf8JsonReader(json[..length]);
            while (kid.Read())
            {
                if (kid.TokenType != JsonTokenType.PropertyName)
                    continue;
                if (kid.ValueTextEquals("kid"u8) && kid.Read())
                    break;
                kid.Skip();
            }
            foreach (var (name, key) in keys)
            {
                if (kid.TokenType == JsonTokenType.String && kid.ValueTextEquals(name))
                    return IsEs256(key, signed, signature);
            }
            return false;
        };
    }

    static bool IsEs256(ECDsa key, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature) =>
        key.VerifyData(signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    static ECDsa EllipticCurve(JsonElement jwk) => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Bytes(jwk, "x"), Y = Bytes(jwk, "y") },
    });

    IEnumerable<JsonElement> Of(string type) => _keys.Where(jwk => jwk.GetProperty("kty").ValueEquals(type));

    static byte[] Bytes(JsonElement jwk, string member) => Base64Url.DecodeFromChars(jwk.GetProperty(member).GetString());
}
