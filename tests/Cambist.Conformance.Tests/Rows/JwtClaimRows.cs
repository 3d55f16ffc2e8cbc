using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>JWT-18 to JWT-23 and JWT-31: the claims of a token, through <c>subject_token</c>.</summary>
public sealed class JwtClaimRows(MainWorld world)
{
    static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

    Task<Answer> RefusedAsync(Reason reason, string token) => world.RefusesAsync(reason, server => server.SendIdTokenAsync("web", token));

    Task<Answer> RefusedAsync(Reason reason, Action<JsonObject> change) => RefusedAsync(reason, world.IdToken(change));

    Task<Answer> GrantedAsync(Action<JsonObject> change) => world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(change)));

    string WithRaw(string claim, string value) => TestJwt.Sign(TestJwt.HeaderOf(Keys.Es256, "JWT").ToJsonString(), world.Claims().WithRaw(claim, value), Keys.Es256).ToString();

    [Fact]
    public async Task JWT_18_aud_may_be_a_string_or_an_array()
    {
        await GrantedAsync(claims => claims["aud"] = "web");
        await GrantedAsync(claims => claims["aud"] = new JsonArray("web"));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("\"other\"")]
    [InlineData("\"we\"")]
    [InlineData("\"webb\"")]
    [InlineData("\"WEB\"")]
    [InlineData("\"web \"")]
    [InlineData("\"\"")]
    [InlineData("\"web web-guid\"")]
    public async Task JWT_18_aud_must_hold_an_expected_value(string aud) => await RefusedAsync(Reason.SubjectAudienceMismatch, WithRaw("aud", aud));

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("{\"web\":1}")]
    [InlineData("[\"web\",1]")]
    [InlineData("[[\"web\"]]")]
    [InlineData("[\"web\",null]")]
    public async Task JWT_18_aud_of_another_type_is_refused(string aud) => await RefusedAsync(Reason.SubjectClaimInvalid, WithRaw("aud", aud));

    [Fact]
    public async Task JWT_18_a_missing_aud_is_refused() => await RefusedAsync(Reason.SubjectClaimInvalid, claims => claims.Remove("aud"));

    [Fact]
    public async Task JWT_19_a_missing_exp_is_refused() => await RefusedAsync(Reason.SubjectClaimInvalid, claims => claims.Remove("exp"));

    [Theory]
    [InlineData(-1)]
    [InlineData(-61)]
    [InlineData(-100_000)]
    public async Task JWT_19_exp_has_no_leeway(int seconds) =>
        await RefusedAsync(Reason.SubjectExpired, claims => (claims["iat"], claims["exp"]) = (Now + seconds - 10, Now + seconds));

    [Theory]
    [InlineData(5)]
    [InlineData(50)]
    [InlineData(-1000)]
    public async Task JWT_20_nbf_is_taken_with_60_seconds_of_leeway(int seconds) => await GrantedAsync(claims => claims["nbf"] = Now + seconds);

    [Theory]
    [InlineData(70)]
    [InlineData(3600)]
    public async Task JWT_20_nbf_and_iat_further_ahead_are_refused(int seconds)
    {
        await RefusedAsync(Reason.SubjectNotYetValid, claims => claims["nbf"] = Now + seconds);
        await RefusedAsync(Reason.SubjectIssuedInFuture, claims => (claims["iat"], claims["exp"]) = (Now + seconds, Now + seconds + 60));
    }

    [Fact]
    public async Task JWT_20_iat_5_seconds_ahead_is_taken() => await GrantedAsync(claims => claims["iat"] = Now + 5);

    [Fact]
    public async Task JWT_20_exp_before_iat_is_refused() => await RefusedAsync(Reason.SubjectClaimInvalid, claims => (claims["iat"], claims["exp"]) = (Now + 50, Now + 30));

    [Theory]
    [InlineData("\"99999999999\"")]
    [InlineData("1e400")]
    [InlineData("9e99")]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData("-99999999999")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[99999999999]")]
    [InlineData("{}")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551616")]
    [InlineData("253402300800")]
    public async Task JWT_21_a_date_that_is_no_usable_number_is_refused(string date)
    {
        await RefusedAsync(Reason.SubjectClaimInvalid, WithRaw("exp", date));
        await RefusedAsync(Reason.SubjectClaimInvalid, WithRaw("nbf", date));
        await RefusedAsync(Reason.SubjectClaimInvalid, WithRaw("iat", date));
    }

    [Fact]
    public async Task JWT_21_fractions_and_exponents_count_by_their_value()
    {
        await RefusedAsync(Reason.SubjectExpired, WithRaw("nbf", "1.5").Length > 0 ? TestJwt.Sign(TestJwt.HeaderOf(Keys.Es256).ToJsonString(), world.Claims(c => c.Remove("iat")).WithRaw("exp", "1.5"), Keys.Es256).ToString() : "");
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", WithRaw("exp", $"{Now + 100}.75")));
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", WithRaw("nbf", "1.5")));
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", WithRaw("nbf", "1e9")));
        await RefusedAsync(Reason.SubjectNotYetValid, WithRaw("nbf", "1e10"));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[\"alice\"]")]
    [InlineData("{}")]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("\"a\\r\\nb\"")]
    [InlineData("\"a\\u001b[31mb\"")]
    [InlineData("\"a\\u0085b\"")]
    [InlineData("\"\\u202eecila\"")]
    [InlineData("\"ali\\u200bce\"")]
    [InlineData("\"alice\\ufeff\"")]
    [InlineData("\"alice\\udb40\\udc41\"")]
    public async Task JWT_22_a_sub_that_is_no_printable_string_is_refused(string sub) => await RefusedAsync(Reason.SubjectSubMissing, WithRaw("sub", sub));

    [Fact]
    public async Task JWT_22_a_sub_has_at_most_255_characters()
    {
        await GrantedAsync(claims => claims["sub"] = new string('s', 255));
        await RefusedAsync(Reason.SubjectSubMissing, claims => claims["sub"] = new string('s', 256));
        await RefusedAsync(Reason.SubjectSubMissing, claims => claims["sub"] = new string('s', 10_000));
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("application/at+jwt")]
    [InlineData("AT+JWT")]
    [InlineData("dpop+jwt")]
    [InlineData("client-authentication+jwt")]
    [InlineData("logout+jwt")]
    [InlineData("secevent+jwt")]
    [InlineData("token-introspection+jwt")]
    [InlineData("txntoken+jwt")]
    [InlineData("oauth-id-jag+jwt")]
    [InlineData("wit+jwt")]
    [InlineData("statuslist+jwt")]
    [InlineData("JOSE")]
    [InlineData("application/x/jwt")]
    public async Task JWT_23_a_token_of_another_kind_is_no_id_token(string type) =>
        await RefusedAsync(Reason.SubjectTypeMismatch, TestJwt.Sign(world.Claims(), Keys.Es256, type).ToString());

    [Theory]
    [InlineData("JWT")]
    [InlineData("jwt")]
    [InlineData("application/jwt")]
    [InlineData("Application/JWT")]
    [InlineData(null)]
    public async Task JWT_23_typ_is_compared_as_a_media_type(string? type) =>
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", TestJwt.Sign(world.Claims(), Keys.Es256, type).ToString()));

    [Theory]
    [InlineData("\"\"")]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("[\"JWT\"]")]
    [InlineData("\"application/\"")]
    public async Task JWT_23_a_typ_that_is_no_media_type_is_never_taken_for_an_absent_one(string type) =>
        await RefusedAsync(Reason.SubjectMalformed, TestJwt.Sign($$"""{"alg":"ES256","kid":"es256-1","typ":{{type}}}""", world.Claims().ToJsonString(), Keys.Es256).ToString());

    [Theory]
    [InlineData("JWT")]
    [InlineData(null)]
    [InlineData("logout+jwt")]
    public async Task JWT_23_an_access_token_must_say_at_jwt(string? type)
    {
        var claims = world.Login.AccessTokenClaims("alice", MainWorld.Orders, "read", "web");
        var token = TestJwt.Sign(claims, Keys.Es256, type).ToString();
        await world.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendAccessTokenAsync("orders", token));
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("dpop+jwt")]
    [InlineData("client-authentication+jwt")]
    [InlineData("logout+jwt")]
    [InlineData("secevent+jwt")]
    [InlineData("token-introspection+jwt")]
    [InlineData("txntoken+jwt")]
    [InlineData("oauth-id-jag+jwt")]
    [InlineData("wit+jwt")]
    [InlineData("wpt+jwt")]
    [InlineData("statuslist+jwt")]
    [InlineData("kb+jwt")]
    public async Task JWT_23_a_token_of_another_kind_fits_into_no_slot(string type)
    {
        var workload = TestJwt.Sign(world.Login.IdTokenClaims("alice", "workloads-of-web"), Keys.Es256, type).ToString();
        await world.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendJwtAsync("web", workload));
        var access = TestJwt.Sign(world.Login.AccessTokenClaims("alice", MainWorld.Orders, "read", "web"), Keys.Es256, type).ToString();
        if (type == "at+jwt") await world.GrantsAsync(server => server.SendAccessTokenAsync("orders", access));
        else await world.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendAccessTokenAsync("orders", access));
    }

    [Theory]
    [InlineData("JWT", true)]
    [InlineData(null, true)]
    [InlineData("application/jwt", true)]
    [InlineData("JOSE", false)]
    public async Task JWT_23_a_plain_jwt_says_so_or_nothing(string? type, bool isTaken)
    {
        var token = TestJwt.Sign(world.Login.IdTokenClaims("alice", "workloads-of-web"), Keys.Es256, type).ToString();
        if (isTaken) await world.GrantsAsync(server => server.SendJwtAsync("web", token));
        else await world.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendJwtAsync("web", token));
    }
}
