using System.Text;

namespace Cambist.Tests.Jose;

public class CompactJwsTests
{
    const string Header = """{"alg":"ES256","kid":"k1","typ":"JWT"}""";
    const string Payload = """{"iss":"https://a.example","sub":"alice"}""";

    static readonly string Good = Jwt.Unsigned(Header, Payload);
    static readonly SigningKey Key = SigningKey.Create(JwsAlgorithm.ES256);

    [Fact]
    public void A_token_is_read()
    {
        var jws = Jwt.Read(Good);
        jws.Algorithm.ShouldBe(JwsAlgorithm.ES256);
        jws.KeyId.ShouldBe("k1");
        jws.Type.ShouldBe("jwt");
        jws.Payload.TryGet("sub", out var sub).ShouldBeTrue();
        sub.GetString().ShouldBe("alice");
        jws.Header.TryGet("kid", out _).ShouldBeTrue();
        Encoding.ASCII.GetString(jws.SigningInput.Span).ShouldBe(Good[..Good.LastIndexOf('.')]);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("...")]
    [InlineData("{0}.{1}")]
    [InlineData("{0}.{1}.")]
    [InlineData(".{1}.{2}")]
    [InlineData("{0}.{1}.{2}.")]
    [InlineData(".{0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2}.{2}")]
    [InlineData("{0}.{1}..{2}")]
    [InlineData("{0}..{1}.{2}")]
    [InlineData("{0}.{1}.{2}.{2}.{2}")]
    [InlineData(" {0}.{1}.{2}")]
    [InlineData("{0}.{1}.{2} ")]
    [InlineData("{0}.{1}.{2}\n")]
    [InlineData("{0}\n.{1}.{2}")]
    [InlineData("{0}. {1}.{2}")]
    [InlineData("{0}.{1}.{2}=")]
    [InlineData("{0}.{1}.{2}A==")]
    [InlineData("{0}=.{1}.{2}")]
    [InlineData("{0}.{1}.A+AA")]
    [InlineData("{0}.{1}.A/AA")]
    [InlineData("{0}.{1}.A?AA")]
    [InlineData("{0}.{1}.AA%41")]
    [InlineData("{0}.{1}.AAA\0")]
    [InlineData("{0}.{1}.AAAÁ")]
    [InlineData("{0}.{1}.AAA\ud800")]
    [InlineData("{0}.{1}.AAAAA")]
    [InlineData("{0}:{1}:{2}")]
    [InlineData("{0}.{1}.AAAA\u3002")]
    public void JWT_01_Anything_but_three_parts_of_base64url_is_refused(string form)
    {
        var parts = Good.Split('.');
        var token = form.Replace("{0}", parts[0]).Replace("{1}", parts[1]).Replace("{2}", parts[2]);
        CompactJws.TryParse(token, out var jws, out var fault).ShouldBeFalse();
        jws.ShouldBeNull();
        fault.ShouldBe(JwsFault.NotCompact);
    }

    [Fact]
    public void JWT_01_A_JSON_serialization_is_refused()
    {
        var parts = Good.Split('.');
        Jwt.FaultOf($$"""{"payload":"{{parts[1]}}","protected":"{{parts[0]}}","signature":"{{parts[2]}}"}""").ShouldBe(JwsFault.NotCompact);
        Jwt.FaultOf($$"""{"x":"{{Good}}"}""").ShouldBe(JwsFault.NotCompact); // AB-18: compact text within
    }

    [Fact]
    public void JWT_02_Every_other_spelling_of_the_same_bytes_is_refused()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        foreach (var (bytes, unusedBits) in new[] { (1, 4), (2, 2), (3, 0) })
        {
            var canonical = Jwt.Encode(Enumerable.Repeat((byte)0xA7, bytes).ToArray());
            var start = Alphabet.IndexOf(canonical[^1]) >> unusedBits << unusedBits;
            for (var i = 0; i < 1 << unusedBits; i++)
            {
                var spelling = canonical[..^1] + Alphabet[start + i];
                var expected = spelling == canonical ? JwsFault.None : JwsFault.NotCompact;
                Jwt.FaultOf($"{Jwt.Encode(Header)}.{Jwt.Encode(Payload)}.{spelling}").ShouldBe(expected);
            }
        }
    }

    [Theory]
    [InlineData("""{"alg":"ES256","alg":"ES256"}""")]
    [InlineData("""{"alg":"none","al\u0067":"ES256"}""")]
    [InlineData("""{"alg":"ES256","kid":"a","kid":"b"}""")]
    [InlineData("""["alg"]""")]
    [InlineData("""{"alg":"ES256","x":"\ud800"}""")]
    [InlineData("\uFEFF{\"alg\":\"ES256\"}")]
    [InlineData("alg")]
    public void JWT_03_A_header_that_is_no_strict_JSON_object_is_refused(string header) =>
        Jwt.FaultOf(Jwt.Unsigned(header, Payload)).ShouldBe(JwsFault.NotClaims);

    [Theory]
    [InlineData("""{"sub":"victim","sub":"attacker"}""")]
    [InlineData("""[{"sub":"x"}]""")]
    [InlineData("\"sub\"")]
    [InlineData("1")]
    [InlineData("foo")]
    [InlineData("\uFEFF{}")]
    [InlineData("""{"sub":"\udfff"}""")]
    public void JWT_03_A_payload_that_is_no_strict_JSON_object_is_refused(string payload) =>
        Jwt.FaultOf(Jwt.Unsigned(Header, payload)).ShouldBe(JwsFault.NotClaims);

    [Fact]
    public void JWT_03_An_empty_payload_is_refused() => Jwt.FaultOf($"{Jwt.Encode(Header)}..AAAA").ShouldBe(JwsFault.NotClaims);

    [Theory]
    [InlineData("\"none\"")]
    [InlineData("\"None\"")]
    [InlineData("\"nOnE\"")]
    [InlineData("\"none \"")]
    [InlineData("\"\"")]
    [InlineData("\"rs256\"")]
    [InlineData("\"es256\"")]
    [InlineData("\" ES256\"")]
    [InlineData("\"ES256\\u0000\"")]
    [InlineData("\"HS256\"")]
    [InlineData("\"HS512\"")]
    [InlineData("\"ES256K\"")]
    [InlineData("\"EdDSA\"")]
    [InlineData("\"RSA1_5\"")]
    [InlineData("\"dir\"")]
    public void JWT_04_An_algorithm_that_is_not_ours_is_none_and_verifies_nothing(string alg)
    {
        var jws = Jwt.Read(Jwt.Sign(Key, $$"""{"alg":{{alg}}}""", Payload));
        jws.Algorithm.ShouldBeNull();
        jws.IsSignedBy(Key.PublicKey).ShouldBeFalse();
    }

    [Fact]
    public void JWT_04_Without_alg_nothing_verifies()
    {
        var jws = Jwt.Read(Jwt.Sign(Key, "{}", Payload));
        jws.Algorithm.ShouldBeNull();
        jws.IsSignedBy(Key.PublicKey).ShouldBeFalse();
    }

    [Theory]
    [InlineData("null")]
    [InlineData("256")]
    [InlineData("[\"none\"]")]
    [InlineData("[\"ES256\"]")]
    [InlineData("{\"ES256\":1}")]
    [InlineData("true")]
    public void JWT_04_An_alg_that_is_no_string_is_malformed(string alg) =>
        Jwt.FaultOf(Jwt.Unsigned($$"""{"alg":{{alg}}}""", Payload)).ShouldBe(JwsFault.HeaderMalformed);

    [Fact]
    public void JWT_04_Every_known_algorithm_is_found_by_its_exact_name()
    {
        foreach (var (name, algorithm) in JwsAlgorithm.All)
            Jwt.Read(Jwt.Unsigned($$"""{"alg":"{{name}}"}""", Payload)).Algorithm.ShouldBe(algorithm);
        Jwt.Read(Jwt.Unsigned("""{"alg":"\u0045S256"}""", Payload)).Algorithm.ShouldBe(JwsAlgorithm.ES256);
    }

    [Theory]
    [InlineData("""["exp"]""")]
    [InlineData("""["x"]""")]
    [InlineData("""["b64"]""")]
    [InlineData("""["x","x"]""")]
    [InlineData("[]")]
    [InlineData("\"exp\"")]
    [InlineData("null")]
    [InlineData("{}")]
    public void JWT_11_crit_is_refused_whatever_it_holds(string crit) =>
        Jwt.FaultOf(Jwt.Unsigned($$"""{"alg":"ES256","x":1,"exp":1,"crit":{{crit}}}""", Payload)).ShouldBe(JwsFault.CriticalExtension);

    [Theory]
    [InlineData("false")]
    [InlineData("true")]
    [InlineData("null")]
    public void JWT_12_b64_is_refused_with_and_without_crit(string b64)
    {
        Jwt.FaultOf(Jwt.Unsigned($$"""{"alg":"ES256","b64":{{b64}}}""", Payload)).ShouldBe(JwsFault.CriticalExtension);
        Jwt.FaultOf(Jwt.Unsigned($$"""{"alg":"ES256","b64":{{b64}},"crit":["b64"]}""", Payload)).ShouldBe(JwsFault.CriticalExtension);
    }

    [Fact]
    public void JWT_13_Embedded_and_linked_keys_change_nothing()
    {
        var attacker = SigningKey.Create(JwsAlgorithm.ES256);
        var embedded = $$""","jwk":{{Encoding.UTF8.GetString(attacker.PublicJwk.Span)}},"jku":"https://evil.example/jwks","x5u":"file:///x","x5c":["AAAA"],"x5t":"AAAA"}""";
        var header = $$"""{"alg":"ES256","kid":"{{Key.KeyId}}"{{embedded}}""";
        Jwt.Read(Jwt.Sign(attacker, header, Payload)).IsSignedBy(Key.PublicKey).ShouldBeFalse();
        Jwt.Read(Jwt.Sign(Key, header, Payload)).IsSignedBy(Key.PublicKey).ShouldBeTrue();
    }

    [Theory]
    [InlineData("../../../dev/null")]
    [InlineData("' or 1=1 --")]
    [InlineData("*)(uid=*")]
    [InlineData("$(id)")]
    [InlineData("https://evil.example/key")]
    [InlineData(" k1")]
    [InlineData("😀")]
    public void JWT_14_kid_is_an_opaque_string(string keyId) =>
        Jwt.Read(Jwt.Unsigned($$"""{"alg":"ES256","kid":"{{keyId}}"}""", Payload)).KeyId.ShouldBe(keyId);

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[\"k1\"]")]
    [InlineData("{}")]
    [InlineData("\"\"")]
    [InlineData("\"\\u0000\"")]
    [InlineData("\"k1\\n\"")]
    [InlineData("\"k1\\u007f\"")]
    [InlineData("\"k1\\u0085\"")]
    public void JWT_14_A_kid_that_is_none_is_malformed(string keyId) =>
        Jwt.FaultOf(Jwt.Unsigned($$"""{"alg":"ES256","kid":{{keyId}}}""", Payload)).ShouldBe(JwsFault.HeaderMalformed);

    [Theory]
    [InlineData(256, nameof(JwsFault.None))]
    [InlineData(257, nameof(JwsFault.HeaderMalformed))]
    [InlineData(10_000, nameof(JwsFault.HeaderMalformed))]
    public void JWT_14_kid_is_limited_in_length(int length, string fault) =>
        Jwt.FaultOf(Jwt.Unsigned($$"""{"alg":"ES256","kid":"{{new string('k', length)}}"}""", Payload)).ToString().ShouldBe(fault);

    [Theory]
    [InlineData("JWT", "jwt")]
    [InlineData("jwt", "jwt")]
    [InlineData("application/JWT", "jwt")]
    [InlineData("at+jwt", "at+jwt")]
    [InlineData("AT+JWT", "at+jwt")]
    [InlineData("Application/At+Jwt", "at+jwt")]
    [InlineData("client-authentication+jwt", "client-authentication+jwt")]
    [InlineData("application/application/jwt", "application/application/jwt")]
    [InlineData("text/jwt", "text/jwt")]
    [InlineData("xapplication/jwt", "xapplication/jwt")]
    public void JWT_23_typ_is_compared_without_case_and_application(string typ, string normalised) =>
        Jwt.Read(Jwt.Unsigned($$"""{"alg":"ES256","typ":"{{typ}}"}""", Payload)).Type.ShouldBe(normalised);

    [Fact]
    public void JWT_23_An_absent_typ_is_null() => Jwt.Read(Jwt.Unsigned("""{"alg":"ES256"}""", Payload)).Type.ShouldBeNull();

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"application/\"")]
    [InlineData("\"JWT \"")]
    [InlineData("\"at+jwt\\u0000\"")]
    [InlineData("\"\\u212aey+jwt\"")] // a Kelvin sign, which is k in lower case
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("[\"JWT\"]")]
    public void JWT_23_A_typ_that_is_no_media_type_is_malformed(string typ) =>
        Jwt.FaultOf(Jwt.Unsigned($$"""{"alg":"ES256","typ":{{typ}}}""", Payload)).ShouldBe(JwsFault.HeaderMalformed);

    [Theory]
    [InlineData("\"cty\":\"JWT\"")]
    [InlineData("\"cty\":\"jwt\"")]
    [InlineData("\"cty\":\"application/jwt\"")]
    [InlineData("\"cty\":\"at+jwt\"")]
    [InlineData("\"enc\":\"A256GCM\"")]
    [InlineData("\"enc\":null")]
    [InlineData("\"zip\":\"DEF\"")]
    public void JWT_24_Nested_encrypted_and_compressed_tokens_are_refused(string member) =>
        Jwt.FaultOf(Jwt.Unsigned($$"""{"alg":"ES256",{{member}}}""", Payload)).ShouldBe(JwsFault.NestedOrEncrypted);

    [Fact]
    public void JWT_24_Five_parts_are_refused() =>
        Jwt.FaultOf($"{Jwt.Encode("""{"alg":"dir","enc":"A256GCM"}""")}.AAAA.AAAA.AAAA.AAAA").ShouldBe(JwsFault.NotCompact);

    [Fact]
    public void JWT_24_Another_content_type_is_no_matter() =>
        Jwt.FaultOf(Jwt.Unsigned("""{"alg":"ES256","cty":"json"}""", Payload)).ShouldBe(JwsFault.None);

    [Fact]
    public void JWT_27_Length_and_depth_are_capped()
    {
        var fixedPart = $"{Jwt.Encode(Header)}.{Jwt.Encode(Payload)}.";
        Jwt.FaultOf(fixedPart + new string('A', (CompactJws.MaxLength - fixedPart.Length) / 4 * 4)).ShouldBe(JwsFault.None);
        Jwt.FaultOf(fixedPart + new string('A', CompactJws.MaxLength - fixedPart.Length + 1)).ShouldBe(JwsFault.TooLong);
        Jwt.FaultOf(new string('.', 1 << 20)).ShouldBe(JwsFault.TooLong);
        Jwt.FaultOf(Jwt.Unsigned(Header, "{\"a\":" + new string('[', 5000))).ShouldBe(JwsFault.NotClaims);
    }

    [Fact]
    public void JWT_29_Unknown_members_are_ignored()
    {
        var jws = Jwt.Read(Jwt.Sign(Key, Jwt.HeaderOf(Key, ""","nonce":"x","x":{"y":[1]}"""), """{"sub":"a","unheard_of":{"x":null}}"""));
        jws.IsSignedBy(Key.PublicKey).ShouldBeTrue();
    }

    [Fact]
    public void A_token_from_bytes_is_the_same_token()
    {
        var token = Jwt.Sign(Key, Jwt.HeaderOf(Key), Payload);
        CompactJws.TryParse(Encoding.ASCII.GetBytes(token), out var jws, out _).ShouldBeTrue();
        jws!.IsSignedBy(Key.PublicKey).ShouldBeTrue();
        jws.KeyId.ShouldBe(Key.KeyId);
        jws.Payload.TryGet("sub", out var sub).ShouldBeTrue();
        sub.IsString("alice").ShouldBeTrue();
        jws.SigningInput.ToArray().ShouldBe(Jwt.Read(token).SigningInput.ToArray());
    }
}
