using System.Security.Cryptography;
using System.Text;

namespace Cambist.Tests.Jose;

public class SigningKeyTests
{
    public static TheoryData<string> Algorithms => new(JwsAlgorithm.Signing.Select(a => a.Name));

    static SigningKey Key(string algorithm) => TestKeys.For(JwsAlgorithm.All[algorithm]);

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_key_signs_what_its_public_half_verifies(string algorithm)
    {
        var key = Key(algorithm);
        var signature = new byte[key.SignatureBytes + 10];
        var length = key.Sign("input"u8, signature);
        length.ShouldBe(key.SignatureBytes);
        key.PublicKey.Verify(key.Algorithm, "input"u8, signature.AsSpan(0, length)).ShouldBeTrue();
        key.PublicKey.Verify(key.Algorithm, "inpux"u8, signature.AsSpan(0, length)).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => key.Sign("input"u8, new byte[key.SignatureBytes - 1]));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void An_exported_key_comes_back_the_same(string algorithm)
    {
        var key = Key(algorithm);
        var again = SigningKey.Import(key.Algorithm, key.ExportPrivateKey());
        again.KeyId.ShouldBe(key.KeyId);
        again.PublicJwk.ToArray().ShouldBe(key.PublicJwk.ToArray());
        again.AccessTokenHeader.ToArray().ShouldBe(key.AccessTokenHeader.ToArray());
        var signature = new byte[again.SignatureBytes];
        again.Sign("input"u8, signature);
        key.PublicKey.Verify(key.Algorithm, "input"u8, signature).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void JK_01_The_public_JWK_holds_public_members_only_and_is_read_back(string algorithm)
    {
        var key = Key(algorithm);
        var jwk = Claims.Parse(key.PublicJwk);
        var names = new List<string>();
        foreach (var member in jwk.Root.EnumerateObject()) names.Add(member.Name);
        names.ShouldBe(algorithm.StartsWith("ES", StringComparison.Ordinal)
            ? ["crv", "kty", "x", "y", "use", "alg", "kid"]
            : ["e", "kty", "n", "use", "alg", "kid"]);
        jwk.TryGet("use", out var use).ShouldBeTrue();
        use.IsString("sig").ShouldBeTrue();

        var set = KeySets.Read($$"""{"keys":[{{Encoding.UTF8.GetString(key.PublicJwk.Span)}}]}""");
        set.Skipped.ShouldBeEmpty();
        var token = Jwt.Read(Jwt.Sign(key, Jwt.HeaderOf(key), "{}"));
        token.IsSignedBy(set.Find(token.KeyId, token.Algorithm!)!).ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void The_header_of_an_access_token_is_ready_made(string algorithm)
    {
        var key = Key(algorithm);
        var header = $$"""{"alg":"{{algorithm}}","typ":"at+jwt","kid":"{{key.KeyId}}"}""";
        Encoding.ASCII.GetString(key.AccessTokenHeader.Span).ShouldBe(Jwt.Encode(header));
        Encoding.ASCII.GetString(key.EncodeHeader(null)).ShouldBe(Jwt.Encode($$"""{"alg":"{{algorithm}}","kid":"{{key.KeyId}}"}"""));
    }

    [Fact]
    public void The_kid_is_the_RFC_7638_thumbprint()
    {
        // The example of RFC 7638 §3.1.
        const string Example = """
            {"keys":[{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}]}
            """;
        var claims = Claims.Parse(Example);
        claims.TryGet("keys", out var keys).ShouldBeTrue();
        foreach (var key in keys.EnumerateArray())
        {
            key.TryGet("n", out var n).ShouldBeTrue();
            var parameters = new RSAParameters { Modulus = CanonicalBase64Url.Decode(n.Utf8Text), Exponent = [1, 0, 1] };
            PublishedJwk.Of(parameters).Thumbprint().ShouldBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
        }
    }

    [Fact]
    public void Each_key_is_new() => SigningKey.Create(JwsAlgorithm.ES256).KeyId.ShouldNotBe(Key("ES256").KeyId);

    [Fact]
    public void A_private_key_of_another_kind_size_or_curve_is_not_imported()
    {
        using var small = RSA.Create(1024);
        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        var p256 = Key("ES256").ExportPrivateKey();
        Should.Throw<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.ES384, p256));
        Should.Throw<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.RS256, p256));
        Should.Throw<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.ES256, Key("RS256").ExportPrivateKey()));
        Should.Throw<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.RS256, small.ExportPkcs8PrivateKey()));
        Should.Throw<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.ES256, p521.ExportPkcs8PrivateKey()));
        Should.Throw<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.ES256, [.. p256, 0]));
        Should.Throw<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.ES256, "nothing"u8));
        Should.Throw<CryptographicException>(() => SigningKey.Import(JwsAlgorithm.ES256, []));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task One_key_signs_and_verifies_on_many_threads(string algorithm)
    {
        var key = Key(algorithm);
        var wrong = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            var signature = new byte[key.SignatureBytes];
            for (var i = 0; i < 50; i++)
            {
                var input = Encoding.ASCII.GetBytes($"{thread}.{i}");
                key.Sign(input, signature);
                if (!key.PublicKey.Verify(key.Algorithm, input, signature)) Interlocked.Increment(ref wrong);
                signature[^(1 + i % 32)] ^= 1;
                if (key.PublicKey.Verify(key.Algorithm, input, signature)) Interlocked.Increment(ref wrong);
            }
        })));
        wrong.ShouldBe(0);
    }
}
