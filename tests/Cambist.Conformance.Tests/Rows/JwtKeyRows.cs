using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>JWT-04 to JWT-10, JWT-13 to JWT-17, JWT-26 and JWT-28: algorithms, keys and signatures, through <c>subject_token</c>.</summary>
public sealed class JwtKeyRows(MainWorld world)
{
    Task<Answer> RefusedAsync(Reason reason, string token) => world.RefusesAsync(reason, server => server.SendIdTokenAsync("web", token));

    string Signed(string header, TestKey? key = null) => TestJwt.Sign(header, world.Claims().ToJsonString(), key ?? Keys.Es256).ToString();

    [Theory]
    [InlineData("\"none\"")]
    [InlineData("\"None\"")]
    [InlineData("\"nOnE\"")]
    [InlineData("\"NONE\"")]
    [InlineData("\"none \"")]
    [InlineData("\"\"")]
    [InlineData("\"es256\"")]
    [InlineData("\"ES256 \"")]
    [InlineData("\"HS256\"")]
    [InlineData("\"EdDSA\"")]
    [InlineData("\"RSA-OAEP\"")]
    [InlineData("\"dir\"")]
    public async Task JWT_04_an_algorithm_that_is_not_listed_is_refused(string alg) =>
        await RefusedAsync(Reason.SubjectAlgorithmUnsupported, Signed($$"""{"alg":{{alg}},"kid":"es256-1"}"""));

    [Fact]
    public async Task JWT_04_a_missing_algorithm_is_refused() => await RefusedAsync(Reason.SubjectAlgorithmUnsupported, Signed("""{"kid":"es256-1"}"""));

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[\"none\"]")]
    [InlineData("[\"ES256\"]")]
    [InlineData("{}")]
    public async Task JWT_04_an_algorithm_that_is_no_string_is_refused(string alg) =>
        await RefusedAsync(Reason.SubjectMalformed, Signed($$"""{"alg":{{alg}},"kid":"es256-1"}"""));

    [Fact]
    public async Task JWT_04_an_unsigned_token_is_refused_in_every_spelling()
    {
        await RefusedAsync(Reason.SubjectMalformed, world.IdToken(key: TestKey.Unsigned("none")));
        await RefusedAsync(Reason.SubjectMalformed, world.IdToken(key: TestKey.Unsigned("none", "es256-1")));
        await RefusedAsync(Reason.SubjectAlgorithmUnsupported, world.IdToken(key: TestKey.Unsigned("none")) + "AA");
        await RefusedAsync(Reason.SubjectMalformed, world.IdToken(key: TestKey.Unsigned("ES256", "es256-1")));
    }

    [Fact]
    public async Task JWT_04_an_algorithm_known_but_not_listed_for_the_issuer_is_refused()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}", algorithms: ES384 } }
            resources: { orders: { identifiers: https://orders.example.com, scopes: read } }
            clients: { {{Requests.Client("web")}} }
            rules: [ { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: read }, default_target: true } ]
            """, keys: [Keys.Es384, Keys.Es256]);
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
        await own.RefusesAsync(Reason.SubjectAlgorithmUnsupported, server => server.SendIdTokenAsync("web", own.IdToken(key: Keys.Es256)));
    }

    [Fact]
    public async Task JWT_05_the_algorithm_must_fit_the_curve_of_the_key()
    {
        await RefusedAsync(Reason.SubjectKeyUnknown, world.IdToken(key: Keys.Es256.As("ES384")));
        await RefusedAsync(Reason.SubjectKeyUnknown, world.IdToken(key: Keys.Es384.As("ES256")));
        await RefusedAsync(Reason.SubjectKeyUnknown, world.IdToken(key: Keys.Es256.As("RS256")));
        await RefusedAsync(Reason.SubjectKeyUnknown, world.IdToken(key: Keys.Es256.As("ES256", "rs256-1")));
    }

    [Fact]
    public async Task JWT_06_a_mac_made_with_public_bytes_is_refused()
    {
        var pem = Keys.Rs256.PublicPem();
        var der = Convert.FromBase64String(string.Concat(Encoding.ASCII.GetString(pem).Split('\n')[1..^1]));
        var jwk = Keys.Rs256.PublicJwk();
        byte[][] secrets = [pem, [.. pem, (byte)'\n'], der, Encoding.UTF8.GetBytes(jwk.ToJsonString()), System.Buffers.Text.Base64Url.DecodeFromChars(jwk.Text("n")), []];
        foreach (var secret in secrets)
            foreach (var algorithm in new[] { "HS256", "HS384", "HS512" })
                await RefusedAsync(Reason.SubjectAlgorithmUnsupported, world.IdToken(key: TestKey.Hmac(secret, algorithm, "rs256-1")));
    }

    [Fact]
    public async Task JWT_07_a_key_labelled_for_one_algorithm_verifies_no_other()
    {
        await RefusedAsync(Reason.SubjectKeyUnknown, world.IdToken(key: Keys.Rs256.As("PS256")));
    }

    [Fact]
    public async Task JWT_09_an_ecdsa_signature_is_r_and_s_at_full_length_within_the_order()
    {
        var jwt = TestJwt.Parse(world.IdToken(key: Keys.Es256));
        var order = Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
        byte[] zero = new byte[32];
        byte[] one = [.. new byte[31], 1];
        byte[] r = jwt.Signature[..32], s = jwt.Signature[32..];
        byte[] der = [0x30, 0x46, 0x02, 0x21, 0x00, .. r, 0x02, 0x21, 0x00, .. s];
        byte[][] forgeries =
        [
            new byte[64], [.. zero, .. one], [.. one, .. zero], [.. order, .. s], [.. r, .. order], [.. order, .. order],
            der, jwt.Signature[..63], jwt.Signature[1..], [0, .. jwt.Signature], [.. jwt.Signature, 0], [.. s, .. r], [.. r, .. r], [.. jwt.Signature, .. jwt.Signature], [1],
        ];
        foreach (var forged in forgeries)
            await RefusedAsync(Reason.SubjectSignatureInvalid, (jwt with { Signature = forged }).ToString());
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", jwt.ToString()));
    }

    [Fact]
    public async Task JWT_10_an_rsa_signature_must_be_whole_and_of_its_own_padding()
    {
        var jwt = TestJwt.Parse(world.IdToken(key: Keys.Rs256));
        var pss = TestJwt.Sign(jwt.Header, jwt.Payload, Keys.Rs256.As("PS256"));
        foreach (var forged in (byte[][])[pss.Signature, jwt.Signature[1..], [0, .. jwt.Signature], [.. jwt.Signature, 0], new byte[256], [.. Enumerable.Repeat((byte)0xFF, 256)]])
            await RefusedAsync(Reason.SubjectSignatureInvalid, (jwt with { Signature = forged }).ToString());
    }

    [Fact]
    public async Task JWT_10_ps256_is_accepted_from_a_key_without_label_and_from_one_labelled_so()
    {
        var key = Keys.StrangeRsa.As("PS256", "ps256-1");
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, keys: [key]);
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
        var pkcs1 = TestJwt.Parse(own.IdToken());
        var forged = TestJwt.Sign(pkcs1.Header, pkcs1.Payload, key.As("RS256"));
        await own.RefusesAsync(Reason.SubjectSignatureInvalid, server => server.SendIdTokenAsync("web", forged.ToString()));
    }

    [Theory]
    [InlineData("jwk")]
    [InlineData("x5c")]
    [InlineData("x5t#S256")]
    public async Task JWT_13_a_key_in_the_header_is_never_trusted(string member)
    {
        JsonNode value = member switch
        {
            "jwk" => Keys.Strange.PublicJwk(),
            "x5c" => new JsonArray(Convert.ToBase64String(Keys.Strange.PublicPem())),
            _ => "AAAA",
        };
        var withKid = TestJwt.HeaderOf(Keys.Strange, "JWT").With(member, value);
        await RefusedAsync(Reason.SubjectSignatureInvalid, Signed(withKid, Keys.Strange));
        var withoutKid = TestJwt.HeaderOf(Keys.Strange.WithoutKeyId(), "JWT").With(member, value.DeepClone());
        await RefusedAsync(Reason.SubjectSignatureInvalid, Signed(withoutKid, Keys.Strange));
    }

    [Theory]
    [InlineData("jku")]
    [InlineData("x5u")]
    public async Task JWT_13_a_url_in_the_header_is_never_fetched(string member)
    {
        await using var attacker = await TestIssuer.StartAsync([Keys.Strange]);
        var header = TestJwt.HeaderOf(Keys.Strange, "JWT").With(member, $"{attacker.Issuer}/jwks");
        await RefusedAsync(Reason.SubjectSignatureInvalid, Signed(header, Keys.Strange));
        attacker.Jwks.Requests.ShouldBe(0);
        attacker.Discovery.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("../../../dev/null")]
    [InlineData("' or 1=1--")]
    [InlineData("es256-1 ")]
    [InlineData("ES256-1")]
    [InlineData("es256-2")]
    public async Task JWT_14_a_kid_is_matched_exactly(string kid)
    {
        // Old enough that no key published since can be meant.
        var token = world.IdToken(claims => claims["iat"] = claims.Number("iat") - 600, key: Keys.Es256.As(keyId: kid));
        await RefusedAsync(Reason.SubjectKeyUnknown, token);
    }

    [Theory]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("\"a\\nb\"")]
    public async Task JWT_14_a_kid_that_is_no_printable_string_is_refused(string kid) =>
        await RefusedAsync(Reason.SubjectMalformed, Signed($$"""{"alg":"ES256","kid":{{kid}}}"""));

    [Fact]
    public async Task JWT_14_a_kid_of_10_kB_is_refused() =>
        await RefusedAsync(Reason.SubjectMalformed, world.IdToken(key: Keys.Es256.As(keyId: new string('k', 10_000))));

    [Fact]
    public async Task JWT_15_without_kid_the_only_key_that_fits_is_meant() =>
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(key: Keys.Es256.WithoutKeyId())));

    [Fact]
    public async Task JWT_15_without_kid_two_keys_that_fit_are_refused()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, keys: [Keys.Es256, Keys.Strange.As(keyId: "es256-2")]);
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => server.SendIdTokenAsync("web", own.IdToken(key: Keys.Es256.WithoutKeyId())));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
    }

    [Theory]
    [InlineData("{0}/")]
    [InlineData(" {0}")]
    [InlineData("{0} ")]
    [InlineData("{0}#")]
    [InlineData("{0}.evil.example")]
    [InlineData("http://127.0.0.1@evil.example")]
    [InlineData("https://login.example.com")]
    [InlineData("")]
    public async Task JWT_16_iss_is_compared_byte_for_byte(string form)
    {
        var iss = string.Format(null, form, world.Login.Issuer);
        await RefusedAsync(Reason.SubjectIssuerUntrusted, world.IdToken(claims => claims["iss"] = iss));
    }

    [Fact]
    public async Task JWT_16_other_spellings_of_the_same_url_are_refused()
    {
        foreach (var iss in new[] { world.Login.Issuer.ToUpperInvariant(), world.Login.Issuer.Replace("127.0.0.1", "localhost", StringComparison.Ordinal), world.Login.Issuer.Replace("http:", "https:", StringComparison.Ordinal) })
            await RefusedAsync(Reason.SubjectIssuerUntrusted, world.IdToken(claims => claims["iss"] = iss));
    }

    [Fact]
    public async Task JWT_16_an_iss_that_is_absent_or_no_string_is_refused()
    {
        await RefusedAsync(Reason.SubjectUnknown, world.IdToken(claims => claims.Remove("iss")));
        await RefusedAsync(Reason.SubjectIssuerUntrusted, world.IdToken(claims => claims["iss"] = new JsonArray(world.Login.Issuer)));
        await RefusedAsync(Reason.SubjectIssuerUntrusted, world.IdToken(claims => claims["iss"] = null));
    }

    [Fact]
    public async Task JWT_17_a_key_of_one_issuer_signs_for_no_other()
    {
        await using var other = await TestIssuer.StartAsync([Keys.Strange]);
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignInFrom(("login", login.Issuer), ("other", other.Issuer)), keys: [Keys.Es256]);
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", other.IdToken("alice", "web")));
        await own.RefusesAsync(Reason.SubjectSignatureInvalid, server => server.SendIdTokenAsync("web", own.IdToken(key: Keys.Strange)));
        await own.RefusesAsync(Reason.SubjectSignatureInvalid, server => server.SendIdTokenAsync("web", other.IdToken("alice", "web", key: Keys.Es256)));
    }

    [Fact]
    public async Task JWT_26_a_bad_signature_leaves_no_claim_behind()
    {
        var token = world.IdToken(claims => claims["email"] = "mallory-was-here@example.com", subject: "mallory-was-here", key: Keys.StrangeRsa);
        var answer = await RefusedAsync(Reason.SubjectSignatureInvalid, token);
        DecisionId.TryParse(answer.DecisionId, out var id).ShouldBeTrue();
        var entry = (await world.Common.Engine.Store.Decisions.FindAsync(id, TestContext.Current.CancellationToken))!;
        entry.Subject.ShouldBeNull();
        entry.Input.IsEmpty.ShouldBeTrue();
        entry.Trace!.ShouldNotContain("mallory-was-here");
        string.Join('\n', world.Common.Log.Lines).ShouldNotContain("mallory-was-here");
    }

    [Fact]
    public async Task JWT_26_the_signature_of_another_token_of_the_same_key_is_refused()
    {
        var (one, other) = (TestJwt.Parse(world.IdToken()), TestJwt.Parse(world.IdToken(subject: "bob")));
        await RefusedAsync(Reason.SubjectSignatureInvalid, (one with { Signature = other.Signature }).ToString());
    }
}
