using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Cambist.Mint;

/// <summary>A fresh key that signs tokens, on all cores at a time. Its signatures all have one length.</summary>
abstract class SigningKey(string algorithm, string kid)
{
    /// <summary>A key for RS256 (2048 bits) or ES256.</summary>
    public static SigningKey Create(string algorithm, string kid) => algorithm == "rs" ? new Rs256(kid) : new Es256(kid);

    public string Sign(string typ, JsonObject claims)
    {
        var header = $$"""{"alg":"{{algorithm}}","typ":"{{typ}}","kid":"{{kid}}"}""";
        var signed = $"{Encode(header)}.{Encode(claims.ToJsonString())}";
        return $"{signed}.{Base64Url.EncodeToString(Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>The public key (RFC 7517).</summary>
    public JsonObject Jwk()
    {
        var jwk = PublicMembers();
        (jwk["use"], jwk["alg"], jwk["kid"]) = ("sig", algorithm, kid);
        return jwk;
    }

    protected abstract byte[] Sign(byte[] signed);

    protected abstract JsonObject PublicMembers();

    static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    sealed class Rs256(string kid) : SigningKey("RS256", kid)
    {
        readonly RSA _key = RSA.Create(2048);

        protected override byte[] Sign(byte[] signed) => _key.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        protected override JsonObject PublicMembers()
        {
            var key = _key.ExportParameters(false);
            return new() { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(key.Modulus), ["e"] = Base64Url.EncodeToString(key.Exponent) };
        }
    }

    sealed class Es256(string kid) : SigningKey("ES256", kid)
    {
        readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        protected override byte[] Sign(byte[] signed) => _key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

        protected override JsonObject PublicMembers()
        {
            var point = _key.ExportParameters(false).Q;
            return new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) };
        }
    }
}
