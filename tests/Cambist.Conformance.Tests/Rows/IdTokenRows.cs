using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>ID-01 to ID-10: ID tokens as subject tokens (OpenID Connect Core §3.1.3.7).</summary>
public sealed class IdTokenRows(MainWorld world)
{
    Task<Answer> RefusedAsync(Reason reason, Action<JsonObject> change) => world.RefusesAsync(reason, server => server.SendIdTokenAsync("web", world.IdToken(change)));

    Task<Answer> GrantedAsync(Action<JsonObject> change) => world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(change)));

    [Fact]
    public async Task ID_01_iss_is_that_of_a_configured_provider()
    {
        await RefusedAsync(Reason.SubjectIssuerUntrusted, claims => claims["iss"] = world.Login.Issuer + "/");
        await RefusedAsync(Reason.SubjectIssuerUntrusted, claims => claims["iss"] = "https://accounts.example.com");
    }

    [Fact]
    public async Task ID_02_aud_holds_a_name_of_the_caller()
    {
        await GrantedAsync(claims => claims["aud"] = "web-guid");
        await RefusedAsync(Reason.SubjectNotForCaller, claims => claims["aud"] = MainWorld.Orders);
        await world.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync("orders", world.IdToken()));
    }

    [Fact]
    public async Task ID_02_a_token_for_us_or_for_a_resource_of_the_caller_is_taken()
    {
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(audience: server.Issuer)));
        await world.GrantsAsync(server => server.SendIdTokenAsync("stranger", world.IdToken(audience: server.Issuer)));
        await world.GrantsAsync(server => server.SendIdTokenAsync("orders", world.IdToken(audience: MainWorld.Orders)));
    }

    [Fact]
    public async Task ID_03_a_further_audience_that_is_not_trusted_is_refused()
    {
        await RefusedAsync(Reason.SubjectAudienceMismatch, claims => claims["aud"] = new JsonArray("web", "evil"));
        await RefusedAsync(Reason.SubjectAudienceMismatch, claims => claims["aud"] = new JsonArray("evil", "web"));
        await RefusedAsync(Reason.SubjectAudienceMismatch, claims => claims["aud"] = new JsonArray("web", ""));
        await GrantedAsync(claims => claims["aud"] = new JsonArray("web", "web-guid"));
    }

    [Fact]
    public async Task ID_04_azp_is_a_name_of_the_caller_where_it_is_present()
    {
        await GrantedAsync(claims => claims["azp"] = "web");
        await GrantedAsync(claims => claims["azp"] = "web-guid");
        foreach (var azp in new JsonNode?[] { "stranger", "", "WEB", 1, null, new JsonArray("web"), true })
            await RefusedAsync(Reason.SubjectNotForCaller, claims => claims["azp"] = azp?.DeepClone());
        await world.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync("stranger", world.IdToken(claims => claims["azp"] = "web", audience: server.Issuer)));
    }

    [Fact]
    public async Task ID_05_a_mac_with_the_secret_of_the_client_is_refused() =>
        await world.RefusesAsync(Reason.SubjectAlgorithmUnsupported, server =>
            server.SendIdTokenAsync("web", world.IdToken(key: TestKey.Hmac(Encoding.UTF8.GetBytes(Requests.SecretOf("web")), "HS256"))));

    [Fact]
    public async Task ID_06_an_id_token_older_than_an_hour_is_refused()
    {
        await RefusedAsync(Reason.SubjectTooOld, claims => claims["iat"] = claims.Number("iat") - 3700);
        await GrantedAsync(claims => claims["iat"] = claims.Number("iat") - 3500);
        await RefusedAsync(Reason.SubjectClaimInvalid, claims => claims.Remove("iat"));
    }

    [Fact]
    public async Task ID_07_hashes_and_nonce_are_ignored() =>
        await GrantedAsync(claims => (claims["nonce"], claims["at_hash"], claims["c_hash"], claims["s_hash"]) = ("n", "x", 1, new JsonArray()));

    [Fact]
    public async Task ID_08_a_logout_token_is_no_id_token()
    {
        await RefusedAsync(Reason.SubjectTypeMismatch, claims => claims["events"] = new JsonObject { ["http://schemas.openid.net/event/backchannel-logout"] = new JsonObject() });
        await RefusedAsync(Reason.SubjectTypeMismatch, claims => claims["events"] = null);
        await world.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendIdTokenAsync("web", TestJwt.Sign(world.Claims(), Keys.Es256, "logout+jwt").ToString()));
    }

    [Fact]
    public async Task ID_10_another_tenant_of_a_provider_is_another_issuer()
    {
        await using var tenants = await TestIssuer.StartAsync([Keys.Es256], path: "/tenant-1");
        await using var own = await AdHocWorld.StartAsync(_ => SmallRegistries.SignInFrom(("one", tenants.Issuer)));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", tenants.IdToken("alice", "web")));
        foreach (var tenant in new[] { "/tenant-2", "/tenant-1/", "/Tenant-1", "/{tenantid}", "" })
        {
            var token = tenants.IdToken("alice", "web", claims => claims["iss"] = tenants.Issuer.Replace("/tenant-1", tenant, StringComparison.Ordinal));
            await own.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendIdTokenAsync("web", token));
        }
    }
}
