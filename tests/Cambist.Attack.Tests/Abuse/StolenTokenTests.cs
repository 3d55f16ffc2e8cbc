using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-24 to AB-33 and AB-36: genuine tokens in the wrong hands, in the wrong place, or at the wrong time.</summary>
[Collection(AbuseCollection.Name)]
public sealed class StolenTokenTests(AbuseWorld world)
{
    readonly Slots _slots = world.Slots;

    [Fact]
    public async Task AB_24_an_audience_that_only_looks_like_ours_is_refused()
    {
        Func<string, string>[] almost =
        [
            issuer => issuer + "/", issuer => issuer[..^1], issuer => issuer + "0", issuer => issuer.ToUpperInvariant(), issuer => issuer + ":443", issuer => issuer + "/token",
            issuer => issuer.Replace("http:", "https:", StringComparison.Ordinal), issuer => issuer.Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
            issuer => issuer.Replace("127.0.0.1", "127.0.0.1.evil.example", StringComparison.Ordinal), issuer => issuer.Replace("//", "//web@", StringComparison.Ordinal),
            issuer => " " + issuer, issuer => issuer + "\0", issuer => issuer + "#", issuer => issuer + "?", _ => "web ", _ => "WEB", _ => "we", _ => "", _ => "*",
        ];
        foreach (var change in almost)
            await world.StopsAsync(Reason.SubjectAudienceMismatch, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["aud"] = change(server.Issuer))));
        foreach (var audience in new[] { AbuseWorld.Orders + "/", AbuseWorld.Orders + ":443", "https://ORDERS.example.com", "https://orders.example.com.evil.example", "https://orders.example" })
            await _slots.StopAsync(Reason.SubjectAudienceMismatch, honest => honest.WithClaim("aud", audience), _slots.External);
    }

    [Fact]
    public async Task AB_25_an_issuer_that_only_looks_like_a_trusted_one_is_refused()
    {
        Func<string, string>[] almost =
        [
            issuer => issuer + "@evil.example", issuer => issuer + ".evil.example", issuer => issuer + "/", issuer => issuer + "/.", issuer => issuer.ToUpperInvariant(),
            issuer => issuer.Replace("127", "１27", StringComparison.Ordinal), issuer => issuer.Replace("127", "%31%32%37", StringComparison.Ordinal), issuer => issuer.Replace("127.0.0.1", "127.1", StringComparison.Ordinal),
            issuer => issuer.Replace("http", "https", StringComparison.Ordinal), issuer => issuer + "?x", issuer => issuer + "#x", issuer => issuer + "\0", issuer => " " + issuer, issuer => issuer.Replace("127", "lоgin", StringComparison.Ordinal),
        ];
        foreach (var change in almost)
            await _slots.StopAsync(Reason.SubjectIssuerUntrusted, honest => honest.WithClaim("iss", change(honest.Claims.Text("iss"))), [.. _slots.External, _slots.Own, _slots.Proof]); // a client is no address
        foreach (var notText in new[] { "null", "1", "[]", "{}", "true" })
            await _slots.StopAsync(Reason.SubjectIssuerUntrusted, honest => honest.WithRawClaim("iss", notText));
        await _slots.StopAsync(Reason.SubjectIssuerUntrusted, honest => honest.WithClaim("iss", new JsonArray(honest.Claims.Text("iss"))));
    }

    [Fact]
    public async Task AB_26_one_issuer_cannot_sign_for_another()
    {
        await _slots.StopAsync(Reason.SubjectSignatureInvalid, honest => honest.SignedBy(AbuseWorld.OtherKey), [.. _slots.External, _slots.Own]);
        // Its own kid is none of login's; a token of that age should have had a key that login published.
        await _slots.StopAsync(Reason.SubjectKeyUnknown, honest =>
        {
            honest.Claims["iat"] = honest.Claims.Number("iat") - 600;
            return honest.SignedBy(AbuseWorld.OtherKey, header => header["kid"] = AbuseWorld.OtherKey.KeyId);
        }, [.. _slots.External, _slots.Own]);
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.Other.IdToken("alice", "web")));
    }

    [Fact]
    public async Task AB_26_the_same_subject_of_another_issuer_is_somebody_else() =>
        (await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.Other.IdToken("alice", "web")))).Claims.Text("sub").ShouldBe("other:alice");

    [Fact]
    public async Task AB_27_a_token_of_another_server_is_refused_and_its_paths_are_nobodys()
    {
        var (ofCommon, ofRfc8693) = (await world.OrdersTokenAsync(world.Common), await world.OrdersTokenAsync(world.Rfc8693));
        await world.StopsAsync(Reason.SubjectIssuerUntrusted, server => server.SendAccessTokenAsync("orders", server == world.Common ? ofRfc8693 : ofCommon, ("audience", "billing")));
        foreach (var path in new[] { "/tenant-2/token", "/realms/other/token", "/token/tenant-2", "/%2e%2e/token2" })
            (await world.Common.SendBodyAsync("orders", Form(ExchangeBody(ofCommon)), path)).Status.ShouldBe(HttpStatusCode.NotFound, path);
    }

    [Fact]
    public async Task AB_28_an_id_token_for_another_client_is_refused()
    {
        await world.StopsAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync("stranger", world.IdToken()));
        await world.StopsAsync(Reason.SubjectAudienceMismatch, server => server.SendIdTokenAsync("stranger", world.IdToken(audience: "stranger")));
        await world.StopsAsync(Reason.SubjectAudienceMismatch, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["aud"] = new JsonArray("web", "another-app"))));
        await world.StopsAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["azp"] = "another-app")));
    }

    [Fact]
    public async Task AB_29_a_stranger_cannot_launder_an_access_token_for_an_api()
    {
        var external = world.Login.AccessToken("alice", AbuseWorld.Orders, "read", "web");
        await world.StopsAsync(Reason.SubjectNotForCaller, server => server.SendAccessTokenAsync("stranger", external));
        var own = new Dictionary<TestServer, string> { [world.Common] = await world.OrdersTokenAsync(world.Common), [world.Rfc8693] = await world.OrdersTokenAsync(world.Rfc8693) };
        await world.StopsAsync(Reason.SubjectNotForCaller, server => server.SendAccessTokenAsync("stranger", own[server], ("audience", "billing")));
    }

    [Fact]
    public async Task AB_30_a_token_declared_as_another_kind_is_refused()
    {
        foreach (var audience in new[] { "web", AbuseWorld.Orders })
            await world.StopsAsync(Reason.SubjectTypeMismatch, server => server.SendAccessTokenAsync("orders", world.IdToken(audience: audience)));
        foreach (var audience in new[] { "web", AbuseWorld.Orders })
            await world.StopsAsync(Reason.SubjectTypeMismatch, server => server.SendIdTokenAsync("web", world.Login.AccessToken("alice", audience, "read", "web")));
        await world.StopsAsync(Reason.SubjectTypeMismatch, server => server.SendJwtAsync("web", world.Login.AccessToken("alice", "workloads-of-web", "read", "web")));

        var own = new Dictionary<TestServer, string> { [world.Common] = await world.OrdersTokenAsync(world.Common), [world.Rfc8693] = await world.OrdersTokenAsync(world.Rfc8693) };
        await world.StopsAsync(Reason.SubjectIssuerUntrusted, server => server.SendIdTokenAsync("orders", own[server], ("audience", "billing")));
        await world.StopsAsync(Reason.SubjectIssuerUntrusted, server => server.SendJwtAsync("orders", own[server], ("audience", "billing")));
    }

    [Fact]
    public async Task AB_31_a_client_assertion_is_no_subject_token()
    {
        static string Assertion(TestServer server, string type) => Assertions.Sign(server, "keyed", type: type); // good for authentication, were it sent so
        foreach (var type in new[] { "JWT", "client-authentication+jwt", "at+jwt" })
        {
            await world.StopsAsync(Reason.SubjectIssuerUntrusted, server => server.SendIdTokenAsync("web", Assertion(server, type)));
            await world.StopsAsync(Reason.SubjectIssuerUntrusted, server => server.SendAccessTokenAsync("web", Assertion(server, type)));
            await world.StopsAsync(Reason.SubjectIssuerUntrusted, server => server.SendJwtAsync("web", Assertion(server, type)));
        }
    }

    [Theory]
    [InlineData("txntoken+jwt")]
    [InlineData("oauth-id-jag+jwt")]
    [InlineData("token-introspection+jwt")]
    [InlineData("secevent+jwt")]
    [InlineData("logout+jwt")]
    [InlineData("dpop+jwt")]
    [InlineData("wit+jwt")]
    [InlineData("client-authentication+jwt")]
    [InlineData("application/txntoken+jwt")]
    [InlineData("JWT")]
    public async Task AB_32_another_kind_of_token_signed_by_us_is_no_subject_token(string type)
    {
        await _slots.StopAsync(Reason.SubjectTypeMismatch, honest => honest.WithHeaderMember("typ", type), [_slots.Own]);
        foreach (var declared in new[] { IdTokenType, JwtType })
        {
            var tokens = new Dictionary<TestServer, string>();
            foreach (var server in new[] { world.Common, world.Rfc8693 }) tokens[server] = (await _slots.Own.HonestAsync(server)).WithHeaderMember("typ", type);
            await world.StopsAsync(Reason.SubjectIssuerUntrusted, server => server.ExchangeAsync("orders", SecretOf("orders"), tokens[server], declared, ("audience", "billing")));
        }
    }

    [Theory]
    [InlineData("dpop+jwt")]
    [InlineData("client-authentication+jwt")]
    [InlineData("logout+jwt")]
    [InlineData("token-introspection+jwt")]
    [InlineData("txntoken+jwt")]
    public async Task AB_32_another_kind_of_token_of_an_issuer_is_no_subject_token(string type) =>
        await _slots.StopAsync(Reason.SubjectTypeMismatch, honest => honest.WithHeaderMember("typ", type), _slots.External);

    [Fact]
    public async Task AB_33_a_dpop_proof_is_no_client_assertion_and_the_reverse()
    {
        string Signed(JsonObject claims, string type) => TestJwt.Sign(claims, Keys.Es256, type).ToString();
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await world.StopsAsync(Reason.ClientAuthenticationFailed, server => world.ExchangeByAsync(server,
            Signed(new() { ["htm"] = "POST", ["htu"] = server.Issuer + "/token", ["iat"] = now, ["jti"] = "1" }, "dpop+jwt")));
        await world.StopsAsync(Reason.ClientAuthenticationFailed, server => world.ExchangeByAsync(server, Assertions.Sign(server, "keyed", type: "dpop+jwt")));
        await world.StopsAsync(Reason.DpopUnsupported, server => _slots.Proof.SendAsync(server,
            Signed(new() { ["iss"] = "web", ["sub"] = "web", ["aud"] = server.Issuer, ["iat"] = now, ["exp"] = now + 60, ["jti"] = "1" }, "client-authentication+jwt")));
    }

    [Fact]
    public async Task AB_36_an_expired_or_not_yet_valid_token_is_refused()
    {
        await _slots.StopAsync(Reason.SubjectExpired, honest =>
        {
            var now = honest.Claims.Number("iat");
            (honest.Claims["iat"], honest.Claims["exp"]) = (now - 60, now - 1);
            return honest.Token;
        });
        await _slots.StopAsync(Reason.SubjectNotYetValid, honest => honest.WithClaim("nbf", honest.Claims.Number("iat") + 120));
    }

    [Fact]
    public async Task AB_36_a_revoked_token_is_refused()
    {
        var tokens = new Dictionary<TestServer, string>();
        foreach (var server in new[] { world.Common, world.Rfc8693 })
        {
            var issued = await server.SendIdTokenAsync("web", world.IdToken());
            tokens[server] = issued.AccessToken;
            var revocation = new Revocation(RevocationKind.Lineage, issued.Claims.Text("jti"), 0, "stolen", TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeMilliseconds());
            await server.Engine.Store.Ledger.RevokeAsync(revocation, TestContext.Current.CancellationToken);
        }

        await world.StopsAsync(Reason.SubjectRevoked, server => server.SendAccessTokenAsync("orders", tokens[server], ("audience", "billing")));
    }
}
