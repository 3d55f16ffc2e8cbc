using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Cambist;

/// <summary>Reads one JWK (RFC 7517 §4, RFC 7518 §6) as a key that verifies signatures, or says why it is none.</summary>
internal static class JsonWebKey
{
    const int MinRsaBits = 2048;
    const int MaxRsaBits = 8192;
    const int MaxExponentBytes = 4;

    /// <summary>Reads a public key; <paramref name="whyNot"/> never holds key material.</summary>
    public static bool TryRead(Claim jwk, [NotNullWhen(true)] out VerificationKey? key, [NotNullWhen(false)] out string? whyNot)
    {
        key = null;
        whyNot = jwk.Kind == ClaimKind.Object ? UnusableBecause(jwk) : "it is no JSON object";
        if (whyNot is not null) return false;

        JwsAlgorithm? algorithm = null;
        if (jwk.TryGet("alg"u8, out var alg) && (algorithm = JwsAlgorithm.Named(alg)) is null)
        {
            whyNot = "its alg is not a signature algorithm known here"; // RFC 8725 §3.1: one key, one algorithm
            return false;
        }

        string? keyId = null;
        if (jwk.TryGet("kid"u8, out var kid) && !KeyIds.TryRead(kid, out keyId))
        {
            whyNot = "its kid is not a string of 1 to 256 characters without control characters";
            return false;
        }

        jwk.TryGet("kty"u8, out var kty);
        key = kty.IsString("RSA"u8) ? ReadRsa(jwk, keyId, algorithm, out whyNot)
            : kty.IsString("EC"u8) ? ReadEc(jwk, keyId, algorithm, out whyNot)
            : null;
        if (key is not null && algorithm is not null && !key.Fits(algorithm))
        {
            key = null;
            whyNot = "its alg does not go with its kty and crv";
        }

        if (key is null) whyNot ??= "its kty is neither RSA nor EC";
        return key is not null;
    }

    static string? UnusableBecause(Claim jwk)
    {
        // RFC 7518 §6: a private or symmetric member says that what we were given is no public key, or a leaked one.
        foreach (var member in jwk.EnumerateObject())
            if (IsPrivateMember(member.Utf8Name)) return "it holds private key material, which must never be published";

        if (jwk.TryGet("use"u8, out var use) && !use.IsString("sig"u8)) return "its use is not sig"; // RFC 7517 §4.2
        if (!jwk.TryGet("key_ops"u8, out var operations)) return null;
        foreach (var operation in operations.EnumerateArray())
            if (operation.IsString("verify"u8)) return null; // RFC 7517 §4.3
        return "its key_ops do not include verify";
    }

    static bool IsPrivateMember(ReadOnlySpan<byte> name) =>
        name.Length <= 3
        && (name.SequenceEqual("d"u8) || name.SequenceEqual("p"u8) || name.SequenceEqual("q"u8) || name.SequenceEqual("dp"u8)
            || name.SequenceEqual("dq"u8) || name.SequenceEqual("qi"u8) || name.SequenceEqual("oth"u8) || name.SequenceEqual("k"u8));

    static VerificationKey? ReadRsa(Claim jwk, string? keyId, JwsAlgorithm? algorithm, out string? whyNot)
    {
        var n = ReadUnsigned(jwk, "n"u8);
        var e = ReadUnsigned(jwk, "e"u8);
        whyNot = n is null || e is null ? "its n or e is missing or not canonical base64url"
            : RsaModulus.Bits(n) < MinRsaBits ? $"its modulus has {RsaModulus.Bits(n)} bits, {MinRsaBits} are the least" // RFC 7518 §3.3
            : RsaModulus.Bits(n) > MaxRsaBits ? $"its modulus has {RsaModulus.Bits(n)} bits, {MaxRsaBits} are the most"
            : e.Length > MaxExponentBytes || (e[^1] & 1) == 0 || e is [1] ? "its public exponent is not an odd number from 3 to 32 bits"
            : RsaModulus.Weakness(n);
        if (whyNot is not null) return null;

        var rsa = RSA.Create();
        try
        {
            rsa.ImportParameters(new RSAParameters { Modulus = n, Exponent = e });
            return new VerificationKey(rsa, keyId, algorithm);
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            whyNot = "the platform's cryptography refuses its numbers";
            return null;
        }
    }

    static VerificationKey? ReadEc(Claim jwk, string? keyId, JwsAlgorithm? algorithm, out string? whyNot)
    {
        jwk.TryGet("crv"u8, out var crv);
        var curve = EllipticCurve.Named(crv);
        if (curve is null)
        {
            whyNot = "its crv is not P-256, P-384 or P-521";
            return null;
        }

        // RFC 7518 §6.2.1.2: coordinates have the full length of the field.
        var x = ReadOctets(jwk, "x"u8);
        var y = ReadOctets(jwk, "y"u8);
        if (x?.Length != curve.CoordinateBytes || y?.Length != curve.CoordinateBytes)
        {
            whyNot = $"its x or y is missing or not canonical base64url of {curve.CoordinateBytes} bytes";
            return null;
        }

        var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportParameters(new ECParameters { Curve = curve.Curve, Q = new ECPoint { X = x, Y = y } });
            whyNot = null;
            return new VerificationKey(ecdsa, curve.Name, keyId, algorithm);
        }
        catch (CryptographicException)
        {
            ecdsa.Dispose();
            whyNot = $"its point is not on the curve {curve.Name}";
            return null;
        }
    }

    // Base64urlUInt (RFC 7518 §2): the fewest octets that hold the number.
    static byte[]? ReadUnsigned(Claim jwk, ReadOnlySpan<byte> name) => ReadOctets(jwk, name) is [not 0, ..] number ? number : null;

    static byte[]? ReadOctets(Claim jwk, ReadOnlySpan<byte> name) =>
        jwk.TryGet(name, out var member) && member.Kind == ClaimKind.String ? CanonicalBase64Url.Decode(member.Utf8Text) : null;
}
