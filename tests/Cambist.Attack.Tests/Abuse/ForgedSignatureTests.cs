using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-01 to AB-15: algorithms, keys and signatures that a forger chooses, wherever a JWT can stand.</summary>
[Collection(AbuseCollection.Name)]
public sealed class ForgedSignatureTests(AbuseWorld world)
{
    const string P256Order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

    static readonly RSA AttackersKey = RSA.Create(2048);

    readonly Slots _slots = world.Slots;

    [Fact]
    public async Task Honest_tokens_are_taken_from_the_slots_that_take_any()
    {
        foreach (var slot in new[] { _slots.IdToken, _slots.AccessToken, _slots.Jwt, _slots.Own, _slots.Assertion })
            await world.GrantsAsync(async server => await slot.SendAsync(server, (await slot.HonestAsync(server)).Token));
        // An honest actor token is read and found genuine; then no rule here takes one.
        await world.RefusesAsync(Reason.NoRule, async server => await _slots.Actor.SendAsync(server, (await _slots.Actor.HonestAsync(server)).Token));
    }

    [Fact]
    public async Task AB_01_a_token_without_a_signature_is_refused()
    {
        await _slots.StopUnreadAsync(honest => honest.SignedBy(TestKey.Unsigned(), header => header["alg"] = "none"));
        await _slots.StopUnreadAsync(honest => honest.SignedBy(TestKey.Unsigned()));
        await _slots.StopAsync(Reason.SubjectAlgorithmUnsupported, honest => honest.SignedBy(TestKey.Unsigned(), header => header["alg"] = "none") + "AA");
    }

    [Theory]
    [InlineData("NONE")]
    [InlineData("None")]
    [InlineData("none ")]
    [InlineData(" none")]
    [InlineData("n\u006fne\u0000")]
    [InlineData("")]
    public async Task AB_02_an_algorithm_that_looks_like_none_is_refused(string algorithm) =>
        await _slots.StopAsync(Reason.SubjectAlgorithmUnsupported, honest => honest.WithHeaderMember("alg", algorithm));

    [Theory]
    [InlineData("[\"none\"]")]
    [InlineData("[\"ES256\"]")]
    [InlineData("null")]
    [InlineData("{\"alg\":\"none\"}")]
    [InlineData("false")]
    public async Task AB_02_an_algorithm_that_is_no_string_is_refused(string algorithm) =>
        await _slots.StopUnreadAsync(honest => honest.WithHeader(honest.Header.WithRaw("alg", algorithm)));

    public static TheoryData<string> PublicBytes => ["pem", "pem and a newline", "pem without newlines", "der"];

    [Theory, MemberData(nameof(PublicBytes))]
    public async Task AB_03_a_mac_keyed_with_a_public_key_is_refused(string form) =>
        await _slots.StopAsync(Reason.SubjectAlgorithmUnsupported, honest => honest.SignedBy(TestKey.Hmac(BytesOf(form)), header => (header["alg"], header["kid"]) = ("HS256", "rs256-1")));

    static byte[] BytesOf(string form)
    {
        var pem = Encoding.ASCII.GetString(Keys.Rs256.PublicPem()).TrimEnd('\n');
        return form switch
        {
            "pem" => Encoding.ASCII.GetBytes(pem),
            "pem and a newline" => Encoding.ASCII.GetBytes(pem + "\n"),
            "pem without newlines" => Encoding.ASCII.GetBytes(pem.Replace("\n", "", StringComparison.Ordinal)),
            _ => Convert.FromBase64String(string.Concat(pem.Split('\n')[1..^1])),
        };
    }

    [Fact]
    public async Task AB_03_a_mac_keyed_with_our_own_published_key_is_refused() =>
        await world.RefusesAsync(Reason.SubjectAlgorithmUnsupported, async server =>
        {
            var jwk = (await server.GetAsync("/jwks")).Json["keys"]![0]!;
            var honest = await _slots.Own.HonestAsync(server);
            return await _slots.Own.SendAsync(server, honest.SignedBy(TestKey.Hmac(Encoding.UTF8.GetBytes(jwk.ToJsonString())), header => header["alg"] = "HS256"));
        });

    [Fact]
    public async Task AB_04_a_mac_keyed_with_a_jwk_or_a_modulus_is_refused()
    {
        var jwk = Keys.Rs256.PublicJwk();
        foreach (var secret in (byte[][])[Encoding.UTF8.GetBytes(jwk.ToJsonString()), Encoding.UTF8.GetBytes(jwk.Text("n")), Base64Url.DecodeFromChars(jwk.Text("n"))])
            await _slots.StopAsync(Reason.SubjectAlgorithmUnsupported, honest => honest.SignedBy(TestKey.Hmac(secret), header => (header["alg"], header["kid"]) = ("HS256", "rs256-1")));
    }

    [Fact]
    public async Task AB_05_a_key_inside_the_header_is_not_believed()
    {
        await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest => honest.SignedBy(Keys.Strange, header => header["jwk"] = Keys.Strange.PublicJwk()), _slots.External);
        await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest => honest.SignedBy(Keys.Strange, header => header["jwk"] = Keys.Strange.PublicJwk()), [_slots.Own, _slots.Assertion, _slots.Proof]);
        await _slots.StopAsync(Reason.SubjectKeyUnknown, honest => honest.SignedBy(Keys.Strange, header =>
        {
            header["jwk"] = Keys.Strange.PublicJwk();
            header.Remove("kid");
        }), [_slots.Own]);
    }

    [Fact]
    public async Task AB_06_a_key_url_in_the_header_is_never_fetched()
    {
        await using var attacker = await TestIssuer.StartAsync([Keys.Strange]);
        foreach (var member in new[] { "jku", "x5u" })
            foreach (var url in new[] { attacker.Issuer + "/jwks", attacker.Issuer, "file:///etc/passwd", "http://169.254.169.254/latest/meta-data" })
                await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest => honest.SignedBy(Keys.Strange, header => header[member] = url));
        (attacker.Jwks.Requests + attacker.Discovery.Requests + attacker.OAuthMetadata.Requests).ShouldBe(0);
    }

    [Fact]
    public async Task AB_07_a_certificate_that_names_the_issuer_is_not_believed()
    {
        var request = new CertificateRequest("CN=127.0.0.1", AttackersKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, new(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var chain = Convert.ToBase64String(certificate.RawData);
        byte[] Forged(byte[] bytes) => AttackersKey.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest => (honest with { Sign = Forged }).WithHeader(new JsonObject
        {
            ["alg"] = "RS256",
            ["typ"] = honest.Header["typ"]!.DeepClone(),
            ["kid"] = "rs256-1",
            ["x5c"] = new JsonArray(chain),
            ["x5t#S256"] = Base64Url.EncodeToString(SHA256.HashData(certificate.RawData)),
        }.ToJsonString()), [.. _slots.External, _slots.Assertion, _slots.Proof]);
    }

    [Theory]
    [InlineData("../../../../../../dev/null")]
    [InlineData("/dev/null")]
    [InlineData("file:///dev/null")]
    public async Task AB_08_a_key_id_that_is_a_path_opens_no_file(string keyId)
    {
        await _slots.StopAsync(Reason.SubjectAlgorithmUnsupported, honest => honest.SignedBy(TestKey.Hmac([]), header => (header["alg"], header["kid"]) = ("HS256", keyId)));
        await _slots.StopAsync(Reason.SubjectKeyUnknown, honest => honest.WithHeaderMember("kid", keyId), [_slots.Own, _slots.Assertion, _slots.Proof]);
    }

    [Theory]
    [InlineData("' OR '1'='1")]
    [InlineData("x'; DROP TABLE keys; --")]
    [InlineData("*)(uid=*))(|(uid=*")]
    [InlineData("$(touch /tmp/owned)")]
    [InlineData("`id`|id;id")]
    [InlineData("${jndi:ldap://127.0.0.1/a}")]
    [InlineData("{0}{Reason}")]
    public async Task AB_09_a_key_id_is_only_ever_compared(string keyId)
    {
        await _slots.StopAsync(Reason.SubjectKeyUnknown, honest => honest.WithHeaderMember("kid", keyId), [_slots.Own, _slots.Assertion, _slots.Proof]);
        // An issuer's keys were just fetched, so a kid that was published since can be told apart only by the token's age.
        await _slots.StopAsync(Reason.SubjectKeyUnknown, honest => Older(honest).WithHeaderMember("kid", keyId), [_slots.IdToken, _slots.AccessToken, _slots.Jwt, _slots.Actor]);
    }

    static Honest Older(Honest honest)
    {
        honest.Claims["iat"] = honest.Claims.Number("iat") - 600;
        return honest;
    }

    [Theory]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"es256-1\\u0000\"")]
    [InlineData("[\"es256-1\"]")]
    [InlineData("{\"kid\":\"es256-1\"}")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData(null)]
    public async Task AB_09_a_key_id_that_is_no_short_printable_string_is_refused(string? keyId) =>
        await _slots.StopUnreadAsync(honest => honest.WithHeader(honest.Header.WithRaw("kid", keyId ?? $"\"{new string('k', 10_000)}\"")));

    [Fact]
    public async Task AB_10_a_signature_of_zeros_or_of_the_order_is_refused()
    {
        var order = Convert.FromHexString(P256Order);
        byte[] zero = new byte[32], one = [.. new byte[31], 1];
        foreach (var signature in (byte[][])[new byte[64], [.. zero, .. one], [.. one, .. zero], [.. order, .. order], [.. order, .. one], [.. one, .. order], [.. Enumerable.Repeat((byte)0xFF, 64)]])
            await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest => honest.WithSignature(signature));
    }

    [Fact]
    public async Task AB_11_a_signature_in_der_is_refused() =>
        await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest => honest.WithSignature(Der(TestJwt.Parse(honest.Token).Signature)));

    static byte[] Der(byte[] signature)
    {
        byte[] Integer(byte[] value)
        {
            var bytes = new BigInteger(value, isUnsigned: true, isBigEndian: true).ToByteArray(isBigEndian: true);
            return [0x02, (byte)bytes.Length, .. bytes];
        }

        byte[] both = [.. Integer(signature[..32]), .. Integer(signature[32..])];
        return [0x30, (byte)both.Length, .. both];
    }

    [Fact]
    public async Task AB_12_stripped_or_altered_signatures_are_refused()
    {
        await _slots.StopUnreadAsync(honest => honest.Token[..(honest.Token.LastIndexOf('.') + 1)]);
        await _slots.StopUnreadAsync(honest => honest.Token[..honest.Token.LastIndexOf('.')]);
        await _slots.StopUnreadAsync(honest => honest.Token + ".");
        await _slots.StopUnreadAsync(honest => honest.Token + "=");
        await _slots.StopUnreadAsync(honest => honest.Token + "==");
        await _slots.StopUnreadAsync(honest => honest.Token + ".AAAA");
        await _slots.StopUnreadAsync(honest => "." + honest.Token);
        await _slots.StopUnreadAsync(honest => honest.Token + "\n");
        await _slots.StopUnreadAsync(honest => honest.Token.Replace('-', '+').Replace('_', '/') + "+");
        // 64 bytes end in a character of which four bits are unused: B is A's neighbour there and no other signature.
        await _slots.StopUnreadAsync(honest => honest.Token[..^1] + (char)(honest.Token[^1] + 1));
        await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest => honest.Token[..^1] + (honest.Token[^1] == 'A' ? 'Q' : 'A'));
        await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest =>
        {
            var jwt = TestJwt.Parse(honest.Token);
            jwt.Signature[40] ^= 1;
            return jwt.ToString();
        });
    }

    [Fact]
    public async Task AB_13_the_signature_of_another_token_is_refused() =>
        await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest =>
            (TestJwt.Parse(honest.Token) with { Signature = TestJwt.Parse(honest.WithClaim("sub", "mallory")).Signature }).ToString());

    [Theory]
    [InlineData("[\"exp\"]")]
    [InlineData("[\"x\"]")]
    [InlineData("[]")]
    [InlineData("\"b64\"")]
    [InlineData("[\"x\",\"x\"]")]
    [InlineData("[\"b64\"]")]
    [InlineData("null")]
    public async Task AB_14_critical_extensions_are_refused(string critical) =>
        await _slots.StopUnreadAsync(honest => honest.WithHeader(honest.Header.WithRaw("crit", critical)));

    [Fact]
    public async Task AB_15_an_unencoded_payload_is_refused()
    {
        string Raw(Honest honest, string header)
        {
            var head = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header));
            var payload = honest.Claims.ToJsonString();
            return $"{head}.{payload}.{Base64Url.EncodeToString(honest.Sign(Encoding.UTF8.GetBytes($"{head}.{payload}")))}";
        }

        await _slots.StopUnreadAsync(honest => Raw(honest, honest.Header.WithRaw("b64", "false")));
        await _slots.StopUnreadAsync(honest => Raw(honest, new JsonObject(honest.Header.Select(member => KeyValuePair.Create(member.Key, member.Value?.DeepClone()))) { ["b64"] = false }.WithRaw("crit", "[\"b64\"]")));
        await _slots.StopUnreadAsync(honest => honest.WithHeader(honest.Header.WithRaw("b64", "false")));
        await _slots.StopUnreadAsync(honest => honest.WithHeader(honest.Header.WithRaw("b64", "true")));
    }
}
