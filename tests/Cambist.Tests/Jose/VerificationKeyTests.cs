using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Cambist.Tests.Jose;

public class VerificationKeyTests
{
    // The orders of P-256 and P-384 (FIPS 186-4, D.1.2).
    const string OrderOfP256 = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
    const string OrderOfP384 = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973";

    [Theory]
    [InlineData("ES256", OrderOfP256)]
    [InlineData("ES384", OrderOfP384)]
    public void JWT_09_R_and_S_lie_between_zero_and_the_order(string algorithm, string order)
    {
        var key = TestKeys.For(JwsAlgorithm.All[algorithm]);
        var n = Convert.FromHexString(order);
        var zero = new byte[n.Length];
        byte[] one = [.. zero[1..], 1];
        var max = Enumerable.Repeat((byte)255, n.Length).ToArray();
        byte[][] edges = [zero, one, n, [.. n[..^1], (byte)(n[^1] + 1)], [.. n[..^1], (byte)(n[^1] - 1)], max];
        foreach (var r in edges)
            foreach (var s in edges)
                key.PublicKey.Verify(key.Algorithm, "input"u8, [.. r, .. s]).ShouldBeFalse();

        // A good one, its R or S replaced by a number that is the same modulo the order where that still fits.
        var good = new byte[key.SignatureBytes];
        key.Sign("input"u8, good);
        foreach (var edge in edges)
        {
            key.PublicKey.Verify(key.Algorithm, "input"u8, [.. edge, .. good[n.Length..]]).ShouldBeFalse();
            key.PublicKey.Verify(key.Algorithm, "input"u8, [.. good[..n.Length], .. edge]).ShouldBeFalse();
        }
    }

    [Fact]
    public void JWT_09_An_ECDSA_signature_has_its_fixed_length_and_is_not_DER()
    {
        var ecdsa = TestKeys.P256;
        var key = KeySets.Of(KeySets.Ec(ecdsa, "P-256")).Keys[0];
        var der = ecdsa.SignData("input"u8, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var fixedLength = ecdsa.SignData("input"u8, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        Verify(fixedLength).ShouldBeTrue();
        Verify(der).ShouldBeFalse();
        Verify([]).ShouldBeFalse();
        Verify(fixedLength[..63]).ShouldBeFalse();
        Verify([.. fixedLength, 0]).ShouldBeFalse();
        Verify([0, .. fixedLength]).ShouldBeFalse();
        Verify([0, .. fixedLength[..32], 0, .. fixedLength[32..]]).ShouldBeFalse();

        bool Verify(byte[] signature) => key.Verify(JwsAlgorithm.ES256, "input"u8, signature);
    }

    [Fact]
    public void JWT_10_The_salt_of_PSS_is_as_long_as_the_hash()
    {
        var rsa = TestKeys.Rsa;
        var key = KeySets.Of(KeySets.Rsa(rsa)).Keys[0];
        foreach (var (salt, algorithm) in new[] { (32, JwsAlgorithm.PS256), (48, JwsAlgorithm.PS384), (64, JwsAlgorithm.PS512) })
        {
            Sign(salt).ShouldBeTrue();
            Sign(0).ShouldBeFalse();
            Sign(salt - 1).ShouldBeFalse();
            Sign(salt + 1).ShouldBeFalse();
            Sign(256 - salt - 2).ShouldBeFalse(); // as long as it can be

            bool Sign(int saltLength) => key.Verify(algorithm, "input"u8, HandMadePss.Sign(rsa, "input"u8.ToArray(), algorithm.Hash, saltLength));
        }
    }

    [Fact]
    public void JWT_10_An_RSA_signature_is_as_long_as_the_modulus_and_less_than_it()
    {
        var rsa = TestKeys.Rsa;
        var key = KeySets.Of(KeySets.Rsa(rsa)).Keys[0];
        var good = rsa.SignData("input"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Verify(good).ShouldBeTrue();
        Verify(good[..255]).ShouldBeFalse();
        Verify([0, .. good]).ShouldBeFalse();
        Verify([.. good, 0]).ShouldBeFalse();
        Verify([]).ShouldBeFalse();
        Verify(new byte[256]).ShouldBeFalse();
        Verify(Enumerable.Repeat((byte)255, 256).ToArray()).ShouldBeFalse();
        Verify(rsa.ExportParameters(false).Modulus!).ShouldBeFalse();

        // The same number plus the modulus, where it fits into as many octets.
        var modulus = new BigInteger(rsa.ExportParameters(false).Modulus!, isUnsigned: true, isBigEndian: true);
        var larger = (new BigInteger(good, isUnsigned: true, isBigEndian: true) + modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        Verify(larger).ShouldBeFalse();

        bool Verify(byte[] signature) => key.Verify(JwsAlgorithm.RS256, "input"u8, signature);
    }

    [Fact]
    public void JWT_05_No_other_algorithm_verifies_a_signature()
    {
        var rsa = TestKeys.Rsa;
        var key = KeySets.Of(KeySets.Rsa(rsa)).Keys[0];
        foreach (var made in JwsAlgorithm.All.Values.Where(a => a.Padding is not null))
        {
            var signature = rsa.SignData("input"u8, made.Hash, made.Padding!);
            foreach (var asked in JwsAlgorithm.All.Values)
                key.Verify(asked, "input"u8, signature).ShouldBe(ReferenceEquals(asked, made));
        }
    }

    [Fact]
    public void JWT_06_An_HMAC_under_the_public_key_verifies_nothing()
    {
        var rsa = TestKeys.Rsa;
        var jwk = KeySets.Rsa(rsa, ""","kid":"k" """);
        var key = KeySets.Of(jwk).Keys[0];
        var pem = rsa.ExportSubjectPublicKeyInfoPem();
        byte[][] secrets =
        [
            Encoding.ASCII.GetBytes(pem), Encoding.ASCII.GetBytes(pem + "\n"), rsa.ExportSubjectPublicKeyInfo(), rsa.ExportRSAPublicKey(),
            Encoding.ASCII.GetBytes(jwk), rsa.ExportParameters(false).Modulus!, [],
        ];
        foreach (var secret in secrets)
        {
            foreach (var alg in new[] { "HS256", "RS256" })
            {
                var input = $"{Jwt.Encode($$"""{"alg":"{{alg}}","kid":"k"}""")}.{Jwt.Encode("{}")}";
                var token = $"{input}.{Jwt.Encode(HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(input)))}";
                Jwt.Read(token).IsSignedBy(key).ShouldBeFalse();
            }
        }
    }

    [Fact]
    public void AB_12_A_signature_changed_anywhere_verifies_nothing()
    {
        var key = TestKeys.For(JwsAlgorithm.ES256);
        var signature = new byte[64];
        key.Sign("input"u8, signature);
        for (var bit = 0; bit < signature.Length * 8; bit++)
        {
            signature[bit / 8] ^= (byte)(1 << bit % 8);
            key.PublicKey.Verify(JwsAlgorithm.ES256, "input"u8, signature).ShouldBeFalse();
            signature[bit / 8] ^= (byte)(1 << bit % 8);
        }

        key.PublicKey.Verify(JwsAlgorithm.ES256, "input"u8, signature).ShouldBeTrue();
    }

    [Fact]
    public void AB_13_The_signature_of_another_token_verifies_nothing()
    {
        var key = TestKeys.For(JwsAlgorithm.ES256);
        var one = Jwt.Sign(key, Jwt.HeaderOf(key), """{"sub":"a"}""").Split('.');
        var two = Jwt.Sign(key, Jwt.HeaderOf(key), """{"sub":"b"}""").Split('.');
        Jwt.Read($"{one[0]}.{one[1]}.{one[2]}").IsSignedBy(key.PublicKey).ShouldBeTrue();
        Jwt.Read($"{one[0]}.{two[1]}.{one[2]}").IsSignedBy(key.PublicKey).ShouldBeFalse();
        Jwt.Read($"{one[0]}.{one[1]}.{two[2]}").IsSignedBy(key.PublicKey).ShouldBeFalse();
    }

    [Fact]
    public void JWT_17_Another_key_verifies_nothing()
    {
        foreach (var algorithm in JwsAlgorithm.Signing)
        {
            var key = TestKeys.For(algorithm);
            var token = Jwt.Read(Jwt.Sign(key, Jwt.HeaderOf(key), "{}"));
            token.IsSignedBy(key.PublicKey).ShouldBeTrue();
            foreach (var other in JwsAlgorithm.Signing.Where(a => a != algorithm))
                token.IsSignedBy(TestKeys.For(other).PublicKey).ShouldBeFalse();
            token.IsSignedBy(SigningKey.Create(algorithm).PublicKey).ShouldBeFalse();
        }
    }
}
