using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Conformance.Tests.Requests;

namespace Cambist.Conformance.Tests.Abuse;

/// <summary>
/// AB-23, AB-59 to AB-61 and AB-63: client assertions. No client can authenticate with one yet, so each of these, and the honest
/// one that they start from, must be refused alike.
/// </summary>
[Collection(AbuseCollection.Name)]
public sealed class ClientAssertionTests(AbuseWorld world)
{
    static string Assertion(TestServer server, TestKey key, JsonNode? audience = null, string issuer = "web")
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return TestJwt.Sign(new JsonObject { ["iss"] = issuer, ["sub"] = issuer, ["aud"] = audience ?? server.Issuer, ["iat"] = now, ["exp"] = now + 60, ["jti"] = "one-and-the-same" }, key, "client-authentication+jwt").ToString();
    }

    Task<Answer> StopsAsync(Func<TestServer, string> assertion, params (string Name, string Value)[] more) =>
        world.StopsAsync(Reason.ClientAuthenticationFailed, server =>
            server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token", [.. Slots.AsAssertion(assertion(server)), .. more])));

    [Fact]
    public async Task AB_23_an_assertion_for_several_audiences_is_refused()
    {
        await StopsAsync(server => Assertion(server, Keys.Es256, new JsonArray("https://evil.example", server.Issuer)));
        await StopsAsync(server => Assertion(server, Keys.Es256, new JsonArray(server.Issuer, server.Issuer)));
    }

    [Fact]
    public async Task AB_59_an_assertion_sent_fifty_times_at_once_succeeds_no_more_than_it_may()
    {
        var assertion = Assertion(world.Common, Keys.Es256);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            world.Common.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token", Slots.AsAssertion(assertion)))));
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.Unauthorized && answer.Reason == "client_authentication_failed");
    }

    [Fact]
    public async Task AB_60_an_assertion_of_one_client_is_not_taken_for_another()
    {
        await StopsAsync(server => Assertion(server, Keys.Es256), ("client_id", "orders"));
        await StopsAsync(server => Assertion(server, Keys.Es256), ("client_id", "ci"));
        // A public client needs no credential; one that brings an assertion is none.
        await StopsAsync(server => Assertion(server, Keys.Es256, issuer: "ci"), ("client_id", "ci"));
    }

    [Fact]
    public async Task AB_61_an_assertion_for_the_token_endpoint_is_refused()
    {
        await StopsAsync(server => Assertion(server, Keys.Es256, server.Issuer + "/token"));
        await StopsAsync(server => Assertion(server, Keys.Es256, new JsonArray(server.Issuer + "/token")));
    }

    [Fact]
    public async Task AB_63_an_assertion_keyed_with_the_clients_secret_is_refused()
    {
        foreach (var algorithm in new[] { "HS256", "HS384", "HS512" })
            await StopsAsync(server => Assertion(server, TestKey.Hmac(Encoding.UTF8.GetBytes(SecretOf("web")), algorithm)));
    }
}
