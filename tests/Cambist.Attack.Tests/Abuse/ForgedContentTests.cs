using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-16 to AB-22, AB-34 and AB-35: content that means one thing to one reader and another to the next, or costs more to read than to send.</summary>
[Collection(AbuseCollection.Name)]
public sealed class ForgedContentTests(AbuseWorld world)
{
    readonly Slots _slots = world.Slots;

    [Theory]
    [InlineData("sub", "\"victim\"")]
    [InlineData("aud", "\"elsewhere\"")]
    [InlineData("exp", "99999999999")]
    [InlineData("iss", "\"https://elsewhere.example.com\"")]
    [InlineData("s\\u0075b", "\"victim\"")]
    public async Task AB_16_a_claim_that_stands_twice_is_refused_in_either_order(string name, string value)
    {
        await _slots.StopUnreadAsync(honest => honest.WithPayload($$"""{"{{name}}":{{value}},{{honest.Claims.ToJsonString()[1..]}}"""));
        await _slots.StopUnreadAsync(honest => honest.WithPayload($$"""{{honest.Claims.ToJsonString()[..^1]}},"{{name}}":{{value}}}"""));
    }

    [Fact]
    public async Task AB_16_a_claim_that_stands_twice_deep_inside_is_refused() =>
        await _slots.StopUnreadAsync(honest => honest.WithRawClaim("a", """[{"b":{"role":"user","role":"admin"}}]"""));

    [Theory]
    [InlineData("alg", "\"none\"")]
    [InlineData("alg", "\"HS256\"")]
    [InlineData("kid", "\"es256-1\"")]
    [InlineData("\\u0061lg", "\"none\"")]
    public async Task AB_17_a_header_member_that_stands_twice_is_refused_in_either_order(string name, string value)
    {
        await _slots.StopUnreadAsync(honest => honest.WithHeader($$"""{"{{name}}":{{value}},{{honest.Header.ToJsonString()[1..]}}"""));
        await _slots.StopUnreadAsync(honest => honest.WithHeader($$"""{{honest.Header.ToJsonString()[..^1]}},"{{name}}":{{value}}}"""));
    }

    [Fact]
    public async Task AB_18_the_json_serialization_is_refused_whatever_compact_text_it_holds()
    {
        string Json(Honest honest, string payload)
        {
            var parts = honest.Token.Split('.');
            return new JsonObject { ["payload"] = payload.Length == 0 ? parts[1] : payload, ["protected"] = parts[0], ["signature"] = parts[2] }.ToJsonString();
        }

        await _slots.StopUnreadAsync(honest => Json(honest, ""));
        await _slots.StopUnreadAsync(honest => Json(honest, honest.Token));
        await _slots.StopUnreadAsync(honest => $$"""{"payload":".{{honest.Token}}.","signatures":[]}""");
        await _slots.StopUnreadAsync(honest => $" {honest.Token}");
        await _slots.StopUnreadAsync(honest => $"{honest.Token} {honest.Token}");
        await _slots.StopUnreadAsync(honest => $"{honest.Token},{honest.Token}");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{\"sub\":\"alice\"}]")]
    [InlineData("\"alice\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("\uFEFF{}")]
    [InlineData("{\"sub\":\"\\ud800\"}")]
    [InlineData("{\"sub\":\"a\",}")]
    [InlineData("{\"sub\":\"a\"/**/}")]
    [InlineData("{'sub':'a'}")]
    public async Task AB_19_a_payload_that_is_no_strict_json_object_is_refused(string payload) =>
        await _slots.StopUnreadAsync(honest => honest.WithPayload(payload));

    [Fact]
    public async Task AB_19_an_empty_payload_object_is_nobodys_token()
    {
        await _slots.StopAsync(Reason.SubjectUnknown, honest => honest.WithPayload("{}"));
        await _slots.StopUnreadAsync(honest => honest.Signed([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(honest.Header.ToJsonString())], Encoding.UTF8.GetBytes(honest.Claims.ToJsonString())));
        await _slots.StopUnreadAsync(honest => honest.Signed(Encoding.UTF8.GetBytes(honest.Header.ToJsonString()), Encoding.Unicode.GetBytes(honest.Claims.ToJsonString())));
    }

    public static TheoryData<string> Sizes => ["deep arrays", "deep objects", "many claims", "long name", "long value", "many elements"];

    static string Large(string what, int size) => what switch
    {
        "deep arrays" => $"{new string('[', size)}{new string(']', size)}",
        "deep objects" => $"{string.Concat(Enumerable.Repeat("{\"a\":", size))}1{new string('}', size)}",
        "many claims" => $"{{{string.Join(',', Enumerable.Range(0, size).Select(i => $"\"c{i}\":1"))}}}",
        "long name" => $"{{\"{new string('n', size)}\":1}}",
        "long value" => $"\"{new string('v', size)}\"",
        _ => $"[{string.Join(',', Enumerable.Repeat("0", size))}]",
    };

    /// <summary>Within the size of a form but beyond that of a token, and within that of a token but too deep.</summary>
    [Theory, MemberData(nameof(Sizes))]
    public async Task AB_20_a_token_that_is_too_large_or_too_deep_is_refused(string what)
    {
        var size = what.StartsWith("deep", StringComparison.Ordinal) ? 1_500 : what == "many claims" ? 2_500 : what == "many elements" ? 10_000 : 20_000;
        await _slots.StopUnreadAsync(honest => honest.WithRawClaim("large", Large(what, size)));
        // The token is malformed, but it is read only after the client's headers and form were.
        await _slots.StopUnreadAsync(honest => honest.WithHeader(honest.Header.WithRaw("large", Large(what, size))));
    }

    /// <summary>Beyond the size of a form.</summary>
    [Theory]
    [InlineData("deep arrays", 100_000)]
    [InlineData("many claims", 50_000)]
    [InlineData("long name", 1024 * 1024)]
    public async Task AB_20_a_token_larger_than_any_form_is_refused(string what, int size) =>
        await world.StopsAsync(Reason.RequestTooLarge, async server =>
        {
            var honest = await _slots.IdToken.HonestAsync(server);
            return await server.SendLargeBodyAsync("web", Requests.Form(Requests.ExchangeBody(honest.WithRawClaim("large", Large(what, size)))));
        });

    [Theory]
    [InlineData("9e99")]
    [InlineData("-0")]
    [InlineData("\"2099\"")]
    [InlineData("\"99999999999\"")]
    [InlineData("1e400")]
    [InlineData("1e2147483648")]
    [InlineData("1e-2147483648999999999999")]
    [InlineData("-1")]
    [InlineData("18446744073709551616")]
    [InlineData("253402300800")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[99999999999]")]
    [InlineData("{\"$date\":99999999999}")]
    public async Task AB_21_an_expiry_that_is_no_date_is_refused(string value) =>
        await _slots.StopAsync(value.StartsWith("1e-", StringComparison.Ordinal) ? Reason.SubjectExpired : Reason.SubjectClaimInvalid, honest => honest.WithRawClaim("exp", value));

    [Theory]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("0x7fffffff")]
    [InlineData("+99999999999")]
    [InlineData("099999999999")]
    [InlineData("99999999999.")]
    [InlineData(".5")]
    public async Task AB_21_an_expiry_that_is_no_json_is_refused(string value) => await _slots.StopUnreadAsync(honest => honest.WithRawClaim("exp", value));

    [Fact]
    public async Task AB_22_times_that_cannot_be_are_refused()
    {
        long Now(Honest honest) => honest.Claims.Number("iat");
        await _slots.StopAsync(Reason.SubjectIssuedInFuture, honest =>
        {
            var now = Now(honest);
            (honest.Claims["iat"], honest.Claims["exp"]) = (now + 3600, now + 7200);
            return honest.Token;
        });
        await _slots.StopAsync(Reason.SubjectNotYetValid, honest => honest.WithClaim("nbf", Now(honest) + 3600));
        await _slots.StopAsync(Reason.SubjectClaimInvalid, honest =>
        {
            var now = Now(honest);
            (honest.Claims["iat"], honest.Claims["exp"]) = (now + 55, now + 40);
            return honest.Token;
        });
    }

    /// <summary>Written by Microsoft's library: an encrypted token is no signed one, whoever could decrypt it.</summary>
    [Fact]
    public async Task AB_34_an_encrypted_token_is_refused()
    {
        using var rsa = RSA.Create(2048);
        EncryptingCredentials[] ways =
        [
            new(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaOAEP, SecurityAlgorithms.Aes128CbcHmacSha256),
            new(new SymmetricSecurityKey(new byte[64]), JwtConstants.DirectKeyUseAlg, SecurityAlgorithms.Aes256CbcHmacSha512),
        ];
        foreach (var way in ways)
        {
            await _slots.StopUnreadAsync(honest => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(honest.Claims.ToJsonString(), way));
            await _slots.StopUnreadAsync(honest => new JsonWebTokenHandler().EncryptToken(honest.Token, way));
        }

        foreach (var (name, value) in new[] { ("enc", "A128GCM"), ("cty", "JWT"), ("cty", "application/jwt"), ("cty", "at+JWT") })
            await _slots.StopUnreadAsync(honest => honest.WithHeaderMember(name, value));
    }

    [Fact]
    public async Task AB_35_a_costly_key_derivation_is_never_begun()
    {
        JsonObject Costly() => new() { ["alg"] = "PBES2-HS512+A256KW", ["enc"] = "A256CBC-HS512", ["p2s"] = "AAAAAAAAAAA", ["p2c"] = 1L << 31 };
        await _slots.StopUnreadAsync(honest => $"{honest.WithHeader(Costly().ToJsonString())}.AAAA.AAAA");
        await _slots.StopUnreadAsync(honest => honest.WithHeader(Costly().ToJsonString()));
        await _slots.StopAsync(Reason.SubjectAlgorithmUnsupported, honest =>
        {
            var header = Costly();
            header.Remove("enc");
            header["typ"] = honest.Header["typ"]!.DeepClone();
            return honest.WithHeader(header.ToJsonString());
        });
    }

    [Fact]
    public async Task AB_35_a_compressed_payload_is_never_inflated()
    {
        var bomb = new MemoryStream();
        using (var deflate = new System.IO.Compression.DeflateStream(bomb, System.IO.Compression.CompressionLevel.SmallestSize, leaveOpen: true))
            deflate.Write(Encoding.UTF8.GetBytes($"{{\"sub\":\"{new string('a', 8 * 1024 * 1024)}\"}}"));
        bomb.Length.ShouldBeLessThan(10_000);
        await _slots.StopUnreadAsync(honest => honest.Signed(Encoding.UTF8.GetBytes(honest.Header.With("zip", "DEF")), bomb.ToArray()));
        await _slots.StopUnreadAsync(honest => honest.WithHeaderMember("zip", "DEF"));

        var inEncrypted = new EncryptingCredentials(new SymmetricSecurityKey(new byte[64]), JwtConstants.DirectKeyUseAlg, SecurityAlgorithms.Aes256CbcHmacSha512);
        await _slots.StopUnreadAsync(honest => new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken($"{{\"sub\":\"{new string('a', 200_000)}\"}}", inEncrypted, CompressionAlgorithms.Deflate));
    }
}
