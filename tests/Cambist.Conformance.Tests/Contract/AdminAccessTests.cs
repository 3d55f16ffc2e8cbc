using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Who may use the admin API, at each of its endpoints.</summary>
public sealed class AdminAccessTests(AdminWorld world) : IClassFixture<AdminWorld>
{
    const string Realm = "Bearer realm=\"cambist-admin\"";

    TestServer Server => world.Common;

    static void ShouldBe(AdminCall call, Answer answer, HttpStatusCode status, string challenge)
    {
        answer.Status.ShouldBe(status, $"{call}: {answer.Body}");
        answer.Headers.WwwAuthenticate.ToString().ShouldBe(challenge, call.ToString());
        answer.ContentHeaders.ContentType!.MediaType.ShouldBe("application/problem+json");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task BR_01_no_endpoint_takes_a_token_from_the_query_or_a_form()
    {
        var token = Server.AdminToken();
        foreach (var call in world.Calls)
        {
            ShouldBe(call, await world.SendAsync(call, null, query: "?access_token=" + token), HttpStatusCode.Unauthorized, Realm);
            ShouldBe(call, await world.SendAsync(call, null, new FormUrlEncodedContent([new("access_token", token)])), HttpStatusCode.Unauthorized, Realm);
            ShouldBe(call, await world.SendAsync(call, "Bearer " + token, query: "?access_token=" + token), HttpStatusCode.BadRequest, Realm + ", error=\"invalid_request\"");
        }
    }

    [Fact]
    public async Task BR_02_every_endpoint_challenges_as_the_failure_is()
    {
        foreach (var call in world.Calls)
        {
            ShouldBe(call, await world.SendAsync(call, null), HttpStatusCode.Unauthorized, Realm);
            ShouldBe(call, await world.SendAsync(call, "Basic " + TestServer.BasicCredentials("ops", SecretOf("ops"))), HttpStatusCode.Unauthorized, Realm);
            ShouldBe(call, await world.SendAsync(call, "Bearer wrong"), HttpStatusCode.Unauthorized, Realm + ", error=\"invalid_token\"");
            ShouldBe(call, await world.SendAsync(call, "Bearer a b"), HttpStatusCode.BadRequest, Realm + ", error=\"invalid_request\"");
            if (call.Scope is not { } scope) continue;
            var others = await world.TokenAsync(Cambist.ReservedNames.AdminScopes.Where(other => other != scope));
            ShouldBe(call, await world.SendAsync(call, "Bearer " + others), HttpStatusCode.Forbidden, $"{Realm}, error=\"insufficient_scope\", scope=\"{scope}\"");
        }
    }

    [Fact]
    public async Task Every_endpoint_takes_an_access_token_with_its_scope_alone()
    {
        foreach (var call in world.Calls)
        {
            // A POST without a body, and an id that nobody has, are answered with what is wrong with them.
            var answer = await world.SendAsync(call, "Bearer " + await world.TokenAsync(call.Scope ?? "keys"));
            answer.Status.ShouldBeOneOf([HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.UnsupportedMediaType]);
            answer.Headers.WwwAuthenticate.ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task No_endpoint_takes_a_delegated_or_an_impersonated_token_whatever_its_scopes()
    {
        var orders = (await Server.SendIdTokenAsync("web", world.IdToken(), ("audience", "orders"))).AccessToken;
        var delegated = (await Server.SendAccessTokenAsync("orders", orders, ("audience", "cambist-admin"))).AccessToken;
        var minted = await ImpersonationWorld.MintedAsync(Server);
        var impersonated = (await ImpersonationWorld.RedeemAsync(Server, minted, more: ("audience", "cambist-admin"))).AccessToken;
        (TestJwt.Parse(delegated).Claims["act"] is JsonObject).ShouldBeTrue();
        TestJwt.Parse(impersonated).Claims.ContainsKey("act").ShouldBeFalse("it is refused for what it descends from alone");
        foreach (var token in new[] { delegated, impersonated })
        {
            TestJwt.Parse(token).Claims["scope"]!.GetValue<string>().Split(' ').ShouldBe(Cambist.ReservedNames.AdminScopes, ignoreOrder: true);
            foreach (var call in world.Calls) ShouldBe(call, await world.SendAsync(call, "Bearer " + token), HttpStatusCode.Unauthorized, Realm + ", error=\"invalid_token\"");
        }

        // The user's own sign-in is none of them.
        var own = (await Server.SendIdTokenAsync("web", world.IdToken(), ("audience", "cambist-admin"))).AccessToken;
        (await Server.AdminAsync(HttpMethod.Get, "/keys", token: own)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task No_endpoint_is_on_the_protocol_listener()
    {
        foreach (var (method, path) in Server.AdminEndpoints)
        {
            using var request = new HttpRequestMessage(new(method), Server.Issuer + path);
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + Server.AdminToken());
            (await Server.SendAsync(request)).Status.ShouldBe(HttpStatusCode.NotFound, path);
        }
    }
}
