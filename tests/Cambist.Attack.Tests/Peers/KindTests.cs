using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Attack.Tests.Arena;

namespace Cambist.Attack.Tests.Peers;

/// <summary>
/// A token of one kind taken for another: Abblix #175 and #371 (a guard that read <c>client_id</c> alone let ID tokens by, and an
/// unknown origin skipped it), Logto #9457 (an ID token taken as access token).
/// </summary>
public sealed class KindTests(Arenas arenas)
{
    readonly Arena _arena = arenas.Main;

    [Theory]
    [InlineData("access_token")]
    [InlineData("jwt")]
    [InlineData("refresh_token")]
    [InlineData("urn:cambist:token-type:impersonation_token")]
    [InlineData("urn:ietf:params:oauth:token-type:saml2")]
    public async Task An_id_token_under_another_name_is_refused_whatever_claims_it_brings(string type)
    {
        Action<JsonObject>[] dresses =
        [
            _ => { },
            claims => claims["client_id"] = "api",
            claims => (claims["client_id"], claims["scope"]) = ("api", "read write"),
            claims => claims["aud"] = Orders,
        ];
        foreach (var dress in dresses)
        {
            var token = _arena.IdToken(change: dress);
            foreach (var client in new[] { "web", "api" })
                (await _arena.ExchangeAsync(client, token, type, ("audience", "orders"))).ShouldBeRefused(
                    Reason.SubjectTypeMismatch, Reason.SubjectIssuerUntrusted, Reason.SubjectTokenTypeUnsupported, Reason.SubjectUnknown, Reason.NoRule);
        }
    }

    [Theory]
    [InlineData("id_token")]
    [InlineData("jwt")]
    public async Task An_access_token_is_no_id_token_and_no_other_jwt(string type)
    {
        foreach (var token in new[] { _arena.Login.AccessToken("alice", "web", "read", "web"), await _arena.SignInAsync(), _arena.Partner.AccessToken("alice", Orders, "read", "x") })
            foreach (var client in new[] { "web", "api" })
                (await _arena.ExchangeAsync(client, token, type, ("audience", "orders"))).ShouldBeRefused(Reason.SubjectTypeMismatch, Reason.SubjectIssuerUntrusted, Reason.SubjectUnknown);
    }

    [Theory]
    [InlineData("iss")]
    [InlineData("aud")]
    [InlineData("exp")]
    [InlineData("sub")]
    public async Task A_token_whose_origin_is_not_all_there_is_refused(string claim)
    {
        foreach (var type in new[] { "id_token", "access_token", "jwt" })
        {
            foreach (var typ in new[] { null, "JWT", "at+jwt", "logout+jwt", "dpop+jwt", "" })
            {
                var claims = _arena.Login.AccessTokenClaims("alice", "web", "read", "web");
                claims.Remove(claim);
                var token = TestJwt.Sign(claims, _arena.Login.Keys[0], typ).ToString();
                ((int)(await _arena.ExchangeAsync("web", token, type, ("audience", "orders"))).Status).ShouldBe(400);
            }
        }
    }

    [Fact]
    public async Task A_token_of_no_known_origin_reaches_no_rule()
    {
        foreach (var token in new[] { "x", "cbt_", "cbt_" + new string('A', 43), "cbr_" + new string('A', 43), "sub_" + new string('A', 43), "pt_unknown", "legacy-unknown", "eyJhbGciOiJub25lIn0.e30." })
            (await _arena.OnAsync("api", token, "billing")).ShouldBeRefused(
                Reason.SubjectUnknown, Reason.SubjectMalformed, Reason.SubjectAlgorithmUnsupported, Reason.SubjectTokenTypeUnsupported);
    }

    [Fact]
    public async Task An_issuer_that_is_trusted_for_one_kind_is_trusted_for_no_other()
    {
        // partner issues access tokens alone, login is nobody's actor.
        (await _arena.ExchangeAsync("web", _arena.Partner.IdToken("alice", "web"), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectIssuerUntrusted);
        (await _arena.OnAsync("api", await _arena.SignInAsync(), "billing", Actor(_arena.Login.AccessToken("bob", Orders, "read", "x")))).ShouldBeRefused(Reason.ActorIssuerUntrusted);
        (await _arena.OnAsync("api", await _arena.SignInAsync(), "billing", Actor(_arena.Partner.AccessToken("bob", Orders, "read", "x")))).ShouldBeGranted();
    }

    static (string, string)[] Actor(string token) => [("actor_token", token), ("actor_token_type", TestServer.TokenType("access_token"))];
}
