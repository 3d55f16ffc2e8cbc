using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>JWT-01 to JWT-03, JWT-11, JWT-12, JWT-24, JWT-25, JWT-27, JWT-29 and JWT-30: the form of a token, through <c>subject_token</c>.</summary>
public sealed class JwtFormRows(MainWorld world)
{
    static string Part(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    Task<Answer> RefusedAsync(Reason reason, string token) => world.RefusesAsync(reason, server => server.SendIdTokenAsync("web", token));

    /// <summary>Well signed by the provider, whatever header and payload are.</summary>
    string Signed(string header, string payload) => TestJwt.Sign(header, payload, Keys.Es256).ToString();

    string Signed(byte[] header, byte[] payload) => TestJwt.Sign(header, payload, Keys.Es256).ToString();

    static string Header => TestJwt.HeaderOf(Keys.Es256, "JWT").ToJsonString();

    string Payload => world.Claims().ToJsonString();

    public static TheoryData<string, Func<string, string>> OtherForms => new()
    {
        { "two parts", token => token[..token.LastIndexOf('.')] },
        { "four parts", token => token + ".AA" },
        { "five parts", token => token + ".AA.AA" },
        { "a dot at the end", token => token + "." },
        { "an empty signature", token => token[..(token.LastIndexOf('.') + 1)] },
        { "an empty header", token => token[token.IndexOf('.', StringComparison.Ordinal)..] },
        { "padding", token => token + "=" },
        { "padding of the header", token => token.Replace(".", "=.", StringComparison.Ordinal) },
        { "a space before", token => " " + token },
        { "a space after", token => token + " " },
        { "a newline after", token => token + "\n" },
        { "a newline inside", token => token.Insert(20, "\r\n") },
        { "a plus", token => token[..^4] + "+" + token[^3..] },
        { "a slash", token => token[..^4] + "/" + token[^3..] },
        { "a NUL", token => token.Insert(30, "\0") },
        { "a character beyond ASCII", token => token[..^1] + "ａ" },
        { "a question mark", token => token[..^1] + "?" },
        { "a Bearer before it", token => "Bearer " + token },
        { "JSON serialisation", token => Json(token, flattened: false) },
        { "flattened JSON serialisation", token => Json(token, flattened: true) },
    };

    static string Json(string token, bool flattened)
    {
        var parts = token.Split('.');
        var signature = new JsonObject { ["protected"] = parts[0], ["signature"] = parts[2] };
        var json = flattened ? signature : new JsonObject { ["signatures"] = new JsonArray(signature) };
        json["payload"] = parts[1];
        return json.ToJsonString();
    }

    [Theory, MemberData(nameof(OtherForms), DisableDiscoveryEnumeration = true)]
    public async Task JWT_01_anything_but_three_base64url_parts_is_refused(string what, Func<string, string> change) =>
        (await RefusedAsync(Reason.SubjectMalformed, change(world.IdToken()))).Error.ShouldBe("invalid_grant", what);

    [Fact]
    public async Task JWT_01_json_whose_text_parses_as_compact_is_refused()
    {
        // RFC 8725bis, format confusion: a whole compact token inside a JSON member.
        var json = new JsonObject { ["payload"] = world.IdToken(), ["protected"] = Part(Header), ["signature"] = "AA" };
        await RefusedAsync(Reason.SubjectMalformed, json.ToJsonString());
    }

    [Fact]
    public async Task JWT_02_unused_bits_of_base64url_must_be_zero()
    {
        // 64 bytes of signature leave four unused bits in the last character.
        var token = world.IdToken(key: Keys.Es256);
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (var bits = 1; bits < 16; bits++)
            await RefusedAsync(Reason.SubjectMalformed, token[..^1] + alphabet[alphabet.IndexOf(token[^1], StringComparison.Ordinal) | bits]);
    }

    [Theory]
    [InlineData("""{"alg":"ES256","alg":"ES256","kid":"es256-1"}""")]
    [InlineData("""{"alg":"none","alg":"ES256","kid":"es256-1"}""")]
    [InlineData("""{"alg":"ES256","kid":"other","kid":"es256-1"}""")]
    [InlineData("""{"alg":"ES256","kid":"es256-1","x":{"a":1,"a":2}}""")]
    [InlineData("""{"alg":"ES256","\u0061lg":"ES256","kid":"es256-1"}""")]
    public async Task JWT_03_a_duplicate_header_member_is_refused(string header) => await RefusedAsync(Reason.SubjectMalformed, Signed(header, Payload));

    [Theory]
    [InlineData("\"sub\":\"victim\"")]
    [InlineData("\"\\u0073ub\":\"victim\"")]
    [InlineData("\"aud\":\"web\"")]
    [InlineData("\"deep\":{\"a\":{\"b\":1,\"b\":2}}")]
    [InlineData("\"deep\":[{\"b\":1,\"b\":2}]")]
    public async Task JWT_03_a_duplicate_claim_is_refused_at_any_depth(string member)
    {
        await RefusedAsync(Reason.SubjectMalformed, Signed(Header, $"{{{member},{Payload[1..]}"));
        await RefusedAsync(Reason.SubjectMalformed, Signed(Header, $"{Payload[..^1]},{member}}}".Replace("\"deep\"", "\"deeper\"", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("{}x")]
    [InlineData("{'a':1}")]
    [InlineData("{\"a\":NaN}")]
    [InlineData("{\"a\":01}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{/*c*/\"a\":1}")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    [InlineData("{\"a\":\"\\udc00\\ud800\"}")]
    [InlineData("{\"a\":\"\t\"}")]
    public async Task JWT_03_header_and_payload_must_be_strict_json_objects(string text)
    {
        await RefusedAsync(Reason.SubjectMalformed, Signed(Header, text));
        if (text.Length > 0) await RefusedAsync(Reason.SubjectMalformed, Signed(text, Payload));
    }

    [Fact]
    public async Task JWT_03_text_that_is_no_utf8_is_refused()
    {
        var payload = Encoding.UTF8.GetBytes(Payload);
        await RefusedAsync(Reason.SubjectMalformed, Signed(Encoding.UTF8.GetBytes(Header), [0xEF, 0xBB, 0xBF, .. payload]));
        await RefusedAsync(Reason.SubjectMalformed, Signed([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Header)], payload));
        await RefusedAsync(Reason.SubjectMalformed, Signed(Encoding.UTF8.GetBytes(Header), Encoding.Unicode.GetBytes(Payload)));
        await RefusedAsync(Reason.SubjectMalformed, Signed(Encoding.UTF8.GetBytes(Header), [.. payload[..^1], .. ",\"n\":\""u8, 0xC0, 0xAF, .. "\"}"u8]));
        await RefusedAsync(Reason.SubjectMalformed, Signed(Encoding.UTF8.GetBytes(Header), [.. payload[..^1], .. ",\"n\":\""u8, 0xED, 0xA0, 0x80, .. "\"}"u8]));
    }

    [Theory]
    [InlineData("""["x"]""")]
    [InlineData("""["exp"]""")]
    [InlineData("""[]""")]
    [InlineData("""["x","x"]""")]
    [InlineData("""["alg"]""")]
    [InlineData("""["b64"]""")]
    [InlineData("\"x\"")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1]")]
    public async Task JWT_11_crit_is_never_accepted(string crit) =>
        await RefusedAsync(Reason.SubjectMalformed, Signed($$"""{"alg":"ES256","kid":"es256-1","exp":1,"x":1,"crit":{{crit}}}""", Payload));

    [Theory]
    [InlineData("""{"alg":"ES256","kid":"es256-1","b64":false}""")]
    [InlineData("""{"alg":"ES256","kid":"es256-1","b64":true}""")]
    [InlineData("""{"alg":"ES256","kid":"es256-1","b64":false,"crit":["b64"]}""")]
    public async Task JWT_12_b64_is_forbidden(string header)
    {
        await RefusedAsync(Reason.SubjectMalformed, Signed(header, Payload));
        await RefusedAsync(Reason.SubjectMalformed, $"{Part(header)}.{Payload}.AA");
    }

    [Fact]
    public async Task JWT_24_an_encrypted_token_is_refused()
    {
        var header = Part("""{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"rs256-1"}""");
        await RefusedAsync(Reason.SubjectMalformed, $"{header}.AAAA.AAAA.AAAA.AAAA");
        await RefusedAsync(Reason.SubjectMalformed, Signed("""{"alg":"ES256","kid":"es256-1","enc":"A256GCM"}""", Payload));
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("jwt")]
    [InlineData("application/jwt")]
    [InlineData("at+jwt")]
    public async Task JWT_24_a_nested_token_is_refused(string cty)
    {
        var inner = world.IdToken();
        await RefusedAsync(Reason.SubjectMalformed, Signed($$"""{"alg":"ES256","kid":"es256-1","cty":"{{cty}}"}""", Payload));
        await RefusedAsync(Reason.SubjectMalformed, Signed($$"""{"alg":"ES256","kid":"es256-1","cty":"{{cty}}"}""", inner));
    }

    [Theory]
    [InlineData("""{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"}""")]
    [InlineData("""{"alg":"ES256","kid":"es256-1","zip":"DEF"}""")]
    public async Task JWT_25_password_based_and_compressed_tokens_are_refused(string header) => await RefusedAsync(Reason.SubjectMalformed, Signed(header, Payload));

    [Fact]
    public async Task JWT_27_a_token_of_more_than_16_KiB_is_refused()
    {
        const int Longest = 16 * 1024;
        string Filled(int bytes) => world.IdToken(claims => claims["filler"] = new string('a', bytes));
        var room = (Longest - Filled(0).Length) * 3 / 4;
        Filled(room - 4).Length.ShouldBeInRange(Longest - 16, Longest);
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", Filled(room - 4)));
        await RefusedAsync(Reason.SubjectMalformed, Filled(room + 4));
    }

    [Fact]
    public async Task JWT_27_a_token_of_a_MiB_is_refused_at_the_door() =>
        await world.RefusesAsync(Reason.RequestTooLarge, server => server.SendLargeBodyAsync("web", Requests.Form(Requests.ExchangeBody(new string('a', 1024 * 1024)))));

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public async Task JWT_27_nesting_is_capped(string open, string close)
    {
        string Nested(int levels) => string.Concat(Enumerable.Repeat(open, levels)) + "1" + string.Concat(Enumerable.Repeat(close, levels));
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", Signed(Header, world.Claims().WithRaw("x", Nested(31)))));
        await RefusedAsync(Reason.SubjectMalformed, Signed(Header, world.Claims().WithRaw("x", Nested(32))));
        await RefusedAsync(Reason.SubjectMalformed, Signed(Header, world.Claims().WithRaw("x", Nested(1500))));
    }

    [Fact]
    public async Task JWT_29_unknown_claims_and_header_members_are_ignored()
    {
        var header = TestJwt.HeaderOf(Keys.Es256, "JWT").With("x-unknown", new JsonObject { ["a"] = new JsonArray(1, 2, 3) });
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", Signed(header, world.Claims(claims => claims["x-unknown"] = 1.5e-7).ToJsonString())));
    }

    [Theory]
    [InlineData("' or 1=1--")]
    [InlineData("../../../etc/passwd")]
    [InlineData("*)(uid=*")]
    [InlineData("{sub}{{sub}}%s%n${jndi:ldap://127.0.0.1/a}")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("ä中😀")]
    public async Task JWT_30_claims_are_data(string text)
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(subject: text, change: claims => claims["email"] = text)));
        answer.Claims.Text("sub").ShouldBe(text);
        answer.Claims.Text("email").ShouldBe(text);
        await world.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["iss"] = text)));
        await world.RefusesAsync(Reason.SubjectAudienceMismatch, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["aud"] = text)));
    }
}
