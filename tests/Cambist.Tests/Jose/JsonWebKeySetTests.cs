using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Cambist.Tests.Jose;

public class JsonWebKeySetTests
{
    static string[] Fitting(JsonWebKeySet set) =>
        [.. JwsAlgorithm.All.Values.Where(a => set.Keys.ShouldHaveSingleItem().Fits(a)).Select(a => a.Name).Order(StringComparer.Ordinal)];

    [Fact]
    public void JWT_05_A_key_fits_the_algorithms_of_its_type_and_curve()
    {
        Fitting(KeySets.Of(KeySets.Rsa(TestKeys.Rsa))).ShouldBe(["PS256", "PS384", "PS512", "RS256", "RS384", "RS512"]);
        Fitting(KeySets.Of(KeySets.Ec(TestKeys.P256, "P-256"))).ShouldBe(["ES256"]);
        Fitting(KeySets.Of(KeySets.Ec(TestKeys.P384, "P-384"))).ShouldBe(["ES384"]);
        Fitting(KeySets.Of(KeySets.Ec(TestKeys.P521, "P-521"))).ShouldBe(["ES512"]);
    }

    [Fact]
    public void JWT_07_A_key_with_an_alg_fits_that_one_only()
    {
        Fitting(KeySets.Of(KeySets.Rsa(TestKeys.Rsa, ""","alg":"RS256" """))).ShouldBe(["RS256"]);
        Fitting(KeySets.Of(KeySets.Rsa(TestKeys.Rsa, ""","alg":"PS384" """))).ShouldBe(["PS384"]);

        var key = KeySets.Of(KeySets.Rsa(TestKeys.Rsa, ""","alg":"RS256" """)).Keys[0];
        var pss = TestKeys.Rsa.SignData("input"u8, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        key.Verify(JwsAlgorithm.PS256, "input"u8, pss).ShouldBeFalse();
        KeySets.Of(KeySets.Rsa(TestKeys.Rsa)).Keys[0].Verify(JwsAlgorithm.PS256, "input"u8, pss).ShouldBeTrue();
    }

    [Theory]
    [InlineData(""","use":"sig" """)]
    [InlineData(""","key_ops":["verify"]""")]
    [InlineData(""","use":"sig","key_ops":["sign","verify"]""")]
    [InlineData(""","alg":"RS256","x5c":["AAAA"],"x5t":"A","unheard_of":{"d":1}""")]
    public void Keys_for_verifying_are_taken(string more) => KeySets.Of(KeySets.Rsa(TestKeys.Rsa, more)).Keys.Length.ShouldBe(1);

    [Theory]
    [InlineData(""","use":"enc" """, "use")]
    [InlineData(""","use":"SIG" """, "use")]
    [InlineData(""","use":null""", "use")]
    [InlineData(""","use":["sig"]""", "use")]
    [InlineData(""","key_ops":["encrypt"]""", "key_ops")]
    [InlineData(""","key_ops":[]""", "key_ops")]
    [InlineData(""","key_ops":"verify" """, "key_ops")]
    [InlineData(""","key_ops":[["verify"]]""", "key_ops")]
    [InlineData(""","use":"sig","key_ops":["encrypt"]""", "key_ops")]
    [InlineData(""","alg":"ES256" """, "alg")]
    [InlineData(""","alg":"RSA-OAEP" """, "alg")]
    [InlineData(""","alg":"HS256" """, "alg")]
    [InlineData(""","alg":"none" """, "alg")]
    [InlineData(""","alg":"rs256" """, "alg")]
    [InlineData(""","alg":null""", "alg")]
    [InlineData(""","alg":["RS256"]""", "alg")]
    [InlineData(""","kid":1""", "kid")]
    [InlineData(""","kid":"" """, "kid")]
    [InlineData(""","kid":"a\u0000" """, "kid")]
    public void JWT_05_Keys_for_anything_else_are_left_out_with_why(string more, string why) =>
        KeySets.WhyNot(KeySets.Rsa(TestKeys.Rsa, more)).ShouldContain($"its {why}");

    [Fact]
    public void JWT_05_An_alg_of_another_curve_leaves_the_key_out() =>
        KeySets.WhyNot(KeySets.Ec(TestKeys.P256, "P-256", ""","alg":"ES384" """)).ShouldContain("alg");

    [Fact]
    public void JWT_08_RSA_keys_have_2048_to_8192_bits()
    {
        using var small = RSA.Create(1024);
        KeySets.WhyNot(KeySets.Rsa(small)).ShouldContain("1024 bits");

        // Only the length is looked at, so no key has to be made.
        string Modulus(int bits) => Jwt.Encode((BigInteger.Pow(2, bits - 1) + 1_000_000_000_000_037).ToByteArray(isUnsigned: true, isBigEndian: true));
        KeySets.WhyNot(KeySets.Rsa(Modulus(2047), "AQAB")).ShouldContain("2047 bits");
        KeySets.WhyNot(KeySets.Rsa(Modulus(8193), "AQAB")).ShouldContain("8193 bits");
    }

    [Theory]
    [InlineData("AQ")] // 1
    [InlineData("Ag")] // 2
    [InlineData("AQAA")] // 65536
    [InlineData("AQAAAAE")] // 33 bits
    [InlineData("AAEAAQ")] // a leading zero octet
    [InlineData("AA")]
    [InlineData("")]
    [InlineData("AQAB=")]
    [InlineData("AQA+")]
    public void JWT_08_A_public_exponent_is_odd_and_from_3_to_32_bits(string e)
    {
        var n = Base64Url.EncodeToString(TestKeys.Rsa.ExportParameters(false).Modulus);
        var why = KeySets.WhyNot(KeySets.Rsa(n, e));
        (why.Contains("n or e", StringComparison.Ordinal) || why.Contains("public exponent", StringComparison.Ordinal)).ShouldBeTrue(why);
    }

    [Fact]
    public void JWT_08_A_modulus_is_odd_canonical_and_not_obviously_factored()
    {
        var modulus = TestKeys.Rsa.ExportParameters(false).Modulus!;
        KeySets.WhyNot(KeySets.Rsa(Jwt.Encode([.. modulus[..^1], 0]), "AQAB")).ShouldContain("even");
        KeySets.WhyNot(KeySets.Rsa(Jwt.Encode([0, .. modulus]), "AQAB")).ShouldContain("canonical");
        KeySets.WhyNot(KeySets.Rsa(Jwt.Encode(modulus) + "=", "AQAB")).ShouldContain("canonical");
        var number = new BigInteger(modulus, isUnsigned: true, isBigEndian: true);
        var divisible = number - number % 97;
        if (divisible.IsEven) divisible -= 97;
        KeySets.WhyNot(KeySets.Rsa(Jwt.Encode(divisible.ToByteArray(isUnsigned: true, isBigEndian: true)), "AQAB")).ShouldContain("divisible");
    }

    [Fact]
    public void JWT_08_A_modulus_of_the_flawed_generator_is_refused()
    {
        // Only its remainders are looked at: a power of 65537 modulo each small prime (CVE-2017-15361).
        var product = new[] { 2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167 }
            .Aggregate(BigInteger.One, (all, prime) => all * prime);
        var modulus = BigInteger.ModPow(65537, 12345, product) + product * (BigInteger.Pow(2, 2047) / product + 1);
        KeySets.WhyNot(KeySets.Rsa(Jwt.Encode(modulus.ToByteArray(isUnsigned: true, isBigEndian: true)), "AQAB")).ShouldContain("CVE-2017-15361");
        KeySets.Of(KeySets.Rsa(Jwt.Encode((modulus + 2).ToByteArray(isUnsigned: true, isBigEndian: true)), "AQAB")).Skipped.ShouldAllBe(why => !why.Contains("CVE"));
    }

    [Fact]
    public void An_EC_point_is_on_its_curve_and_at_full_length()
    {
        var q = TestKeys.P256.ExportParameters(false).Q;
        var (x, y) = (q.X!, q.Y!);
        byte[] moved = [.. y[..^1], (byte)(y[^1] ^ 1)];
        KeySets.WhyNot(KeySets.Ec("P-256", Jwt.Encode(x), Jwt.Encode(moved))).ShouldContain("not on the curve");
        KeySets.WhyNot(KeySets.Ec("P-256", Jwt.Encode(y), Jwt.Encode(x))).ShouldContain("not on the curve");
        KeySets.WhyNot(KeySets.Ec("P-256", Jwt.Encode(new byte[32]), Jwt.Encode(new byte[32]))).ShouldContain("not on the curve");
        KeySets.WhyNot(KeySets.Ec("P-256", Jwt.Encode(Enumerable.Repeat((byte)255, 32).ToArray()), Jwt.Encode(y))).ShouldContain("not on the curve");
        KeySets.WhyNot(KeySets.Ec("P-256", Jwt.Encode([0, .. x]), Jwt.Encode(y))).ShouldContain("32 bytes");
        KeySets.WhyNot(KeySets.Ec("P-256", Jwt.Encode(x[1..]), Jwt.Encode(y))).ShouldContain("32 bytes");
        KeySets.WhyNot(KeySets.Ec("P-384", Jwt.Encode(x), Jwt.Encode(y))).ShouldContain("48 bytes");
        KeySets.WhyNot(KeySets.Ec("secp256k1", Jwt.Encode(x), Jwt.Encode(y))).ShouldContain("crv");
        KeySets.WhyNot(KeySets.Ec("p-256", Jwt.Encode(x), Jwt.Encode(y))).ShouldContain("crv");
        KeySets.WhyNot($$"""{"kty":"EC","crv":"P-256","x":"{{Jwt.Encode(x)}}"}""").ShouldContain("x or y");
    }

    [Theory]
    [InlineData("""{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"}""", "private")]
    [InlineData("""{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}""", "kty")]
    [InlineData("""{"kty":"rsa","n":"AQAB","e":"AQAB"}""", "kty")]
    [InlineData("""{"kty":["RSA"]}""", "kty")]
    [InlineData("""{"kty":"RSA"}""", "n or e")]
    [InlineData("""{"kty":"RSA","n":1,"e":"AQAB"}""", "n or e")]
    [InlineData("{}", "kty")]
    [InlineData("1", "no JSON object")]
    [InlineData("null", "no JSON object")]
    [InlineData("[]", "no JSON object")]
    public void JK_08_One_bad_key_does_not_void_the_set(string bad, string why)
    {
        var set = KeySets.Of(bad, KeySets.Ec(TestKeys.P256, "P-256", ""","kid":"good" """), bad);
        set.Keys.ShouldHaveSingleItem().KeyId.ShouldBe("good");
        set.Skipped.Length.ShouldBe(2);
        set.Skipped[0].ShouldStartWith("key 1: ");
        set.Skipped[1].ShouldStartWith("key 3: ");
        set.Skipped[0].ShouldContain(why);
    }

    [Theory]
    [InlineData("d")]
    [InlineData("p")]
    [InlineData("q")]
    [InlineData("dp")]
    [InlineData("dq")]
    [InlineData("qi")]
    [InlineData("oth")]
    [InlineData("k")]
    [InlineData("\\u0064")]
    public void JWT_28_A_private_member_keeps_a_key_out_and_its_value_out_of_the_message(string member)
    {
        var why = KeySets.WhyNot(KeySets.Rsa(TestKeys.Rsa, $$""","kid":"leaked","{{member}}":"SECRET" """));
        why.ShouldContain("private");
        why.ShouldContain("leaked");
        why.ShouldNotContain("SECRET");
        KeySets.WhyNot(KeySets.Ec(TestKeys.P256, "P-256", $$""","{{member}}":null""")).ShouldContain("private");
    }

    [Theory]
    [InlineData("", "NotJson")]
    [InlineData("<html>", "NotJson")]
    [InlineData("[]", "NotAnObject")]
    [InlineData("{\"keys\":[],\"keys\":[]}", "DuplicateName")]
    [InlineData("{\"keys\":[{\"kty\":\"RSA\",\"kty\":\"EC\"}]}", "DuplicateName")]
    [InlineData("{}", "keys")]
    [InlineData("{\"keys\":{}}", "keys")]
    [InlineData("{\"keys\":null}", "keys")]
    [InlineData("{\"kty\":\"RSA\"}", "keys")]
    public void What_is_no_set_is_refused_in_words(string json, string error)
    {
        JsonWebKeySet.TryParse(Encoding.UTF8.GetBytes(json), out var set, out var said).ShouldBeFalse();
        set.ShouldBeNull();
        said!.ShouldContain(error);
    }

    [Fact]
    public void A_set_larger_than_the_cap_is_refused_and_one_at_the_cap_is_read()
    {
        string OfLength(int length) => $"{{\"keys\":[],\"x\":\"{new string('x', length - 18)}\"}}";
        JsonWebKeySet.TryParse(Encoding.UTF8.GetBytes(OfLength(JsonWebKeySet.MaxBytes)), out _, out _).ShouldBeTrue();
        JsonWebKeySet.TryParse(Encoding.UTF8.GetBytes(OfLength(JsonWebKeySet.MaxBytes + 1)), out _, out var error).ShouldBeFalse();
        error!.ShouldContain("TooLong");
    }

    [Fact]
    public void Of_very_many_keys_only_the_first_are_read()
    {
        var jwk = KeySets.Ec(TestKeys.P256, "P-256");
        var set = KeySets.Of([.. Enumerable.Repeat(jwk, JsonWebKeySet.MaxKeys + 50)]);
        set.Keys.Length.ShouldBe(JsonWebKeySet.MaxKeys);
        set.Skipped.ShouldHaveSingleItem().ShouldStartWith("keys 101 to 150");
        KeySets.Of([.. Enumerable.Repeat(jwk, JsonWebKeySet.MaxKeys)]).Skipped.ShouldBeEmpty();
    }

    [Fact]
    public void JWT_14_A_kid_is_found_exactly_or_not_at_all()
    {
        var set = KeySets.Of(KeySets.Ec(TestKeys.P256, "P-256", ""","kid":"Key" """));
        set.Find("Key", JwsAlgorithm.ES256).ShouldNotBeNull();
        set.Contains("Key").ShouldBeTrue();
        foreach (var other in new[] { "key", "Key ", "Ke", "Keys", "" })
        {
            set.Find(other, JwsAlgorithm.ES256).ShouldBeNull();
            set.Contains(other).ShouldBeFalse();
        }

        set.Find("Key", JwsAlgorithm.RS256).ShouldBeNull();
    }

    [Fact]
    public void JWT_15_Without_a_kid_the_only_key_that_fits_is_meant()
    {
        var set = KeySets.Of(KeySets.Ec(TestKeys.P256, "P-256", ""","kid":"a" """), KeySets.Rsa(TestKeys.Rsa, ""","kid":"b" """));
        set.Find(null, JwsAlgorithm.ES256)!.KeyId.ShouldBe("a");
        set.Find(null, JwsAlgorithm.PS256)!.KeyId.ShouldBe("b");
        set.Find(null, JwsAlgorithm.ES384).ShouldBeNull();

        using var second = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        KeySets.Of(KeySets.Ec(TestKeys.P256, "P-256"), KeySets.Ec(second, "P-256")).Find(null, JwsAlgorithm.ES256).ShouldBeNull();
    }

    [Fact]
    public void A_key_without_kid_is_not_meant_by_a_header_with_one() =>
        KeySets.Of(KeySets.Ec(TestKeys.P256, "P-256")).Find("a", JwsAlgorithm.ES256).ShouldBeNull();

    [Fact]
    public void JK_09_A_duplicate_kid_is_resolved_by_what_fits_or_refused()
    {
        var resolved = KeySets.Of(KeySets.Rsa(TestKeys.Rsa, ""","kid":"k" """), KeySets.Ec(TestKeys.P256, "P-256", ""","kid":"k" """), KeySets.Ec(TestKeys.P384, "P-384", ""","kid":"k" """));
        resolved.Find("k", JwsAlgorithm.ES256).ShouldBe(resolved.Keys[1]);
        resolved.Find("k", JwsAlgorithm.RS256).ShouldBe(resolved.Keys[0]);

        var byAlg = KeySets.Of(KeySets.Rsa(TestKeys.Rsa, ""","kid":"k","alg":"RS256" """), KeySets.Rsa(TestKeys.Rsa, ""","kid":"k","alg":"PS256" """));
        byAlg.Find("k", JwsAlgorithm.PS256).ShouldBe(byAlg.Keys[1]);

        using var second = RSA.Create(2048);
        KeySets.Of(KeySets.Rsa(TestKeys.Rsa, ""","kid":"k" """), KeySets.Rsa(second, ""","kid":"k" """)).Find("k", JwsAlgorithm.RS256).ShouldBeNull();
    }

    [Fact]
    public void The_empty_set_has_nothing()
    {
        JsonWebKeySet.Empty.Keys.ShouldBeEmpty();
        JsonWebKeySet.Empty.Find(null, JwsAlgorithm.ES256).ShouldBeNull();
        JsonWebKeySet.Empty.Contains("k").ShouldBeFalse();
        KeySets.Read("""{"keys":[]}""").Keys.ShouldBeEmpty();
    }
}
