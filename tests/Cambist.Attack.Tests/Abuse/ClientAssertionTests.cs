using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-23, AB-58 and AB-60 to AB-63: client assertions that are not for us, not of who sends them, or not of a key.</summary>
[Collection(AbuseCollection.Name)]
public sealed class ClientAssertionTests(AbuseWorld world)
{
    Task<Answer> StopsAsync(Func<TestServer, string> assertion, params (string Name, string Value)[] more) =>
        world.StopsAsync(Reason.ClientAuthenticationFailed, server => world.ExchangeByAsync(server, assertion(server), more));

    static string For(TestServer server, JsonNode? audience) => Assertions.Sign(server, "keyed", change: claims => claims["aud"] = audience);

    [Fact]
    public async Task AB_23_an_assertion_for_several_audiences_is_refused()
    {
        await StopsAsync(server => For(server, new JsonArray("https://evil.example", server.Issuer)));
        await StopsAsync(server => For(server, new JsonArray(server.Issuer, server.Issuer)));
    }

    [Fact]
    public async Task AB_58_an_assertion_beside_another_way_is_ambiguous_good_or_not()
    {
        await world.StopsAsync(Reason.ClientAuthenticationAmbiguous, server => world.ExchangeByAsync(server, "x", ("client_id", "keyed"), ("client_secret", "x")));
        await world.StopsAsync(Reason.ClientAuthenticationAmbiguous, server => server.SendIdTokenAsync("web", world.IdToken(), Assertions.Form("x")));

        // That a good one is spent is on record.
        await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => world.ExchangeByAsync(server, Assertions.Sign(server, "keyed"), ("client_id", "keyed"), ("client_secret", "x")));
        await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => server.SendIdTokenAsync("web", world.IdToken(), Assertions.Form(Assertions.Sign(server, "keyed"))));
    }

    [Fact]
    public async Task AB_60_an_assertion_of_one_client_is_not_taken_for_another()
    {
        foreach (var other in new[] { "orders", "ci", "KEYED", "keyed " })
            await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => world.ExchangeByAsync(server, Assertions.Sign(server, "keyed"), ("client_id", other)));
        // A public client needs no credential; one that brings an assertion is none.
        await StopsAsync(server => Assertions.Sign(server, "ci"), ("client_id", "ci"));
    }

    [Fact]
    public async Task AB_61_an_assertion_for_the_token_endpoint_is_refused()
    {
        await StopsAsync(server => For(server, server.Issuer + "/token"));
        await StopsAsync(server => For(server, new JsonArray(server.Issuer + "/token")));
    }

    [Fact]
    public async Task AB_62_sub_and_iss_are_one_client_to_the_letter()
    {
        foreach (var (issuer, subject) in new[] { ("keyed", "web"), ("web", "keyed"), ("keyed", "keyed "), ("keyed ", "keyed "), ("Keyed", "Keyed"), ("keyed", "KEYED"), ("keyed\0", "keyed\0") })
            await StopsAsync(server => Assertions.Sign(server, "keyed", change: claims => (claims["iss"], claims["sub"]) = (issuer, subject)));
    }

    [Fact]
    public async Task AB_63_an_assertion_keyed_with_the_clients_secret_is_refused()
    {
        foreach (var algorithm in new[] { "HS256", "HS384", "HS512" })
            await StopsAsync(server => Assertions.Sign(server, "web", TestKey.Hmac(Encoding.UTF8.GetBytes(SecretOf("web")), algorithm)));
        await StopsAsync(server => Assertions.Sign(server, "web")); // nor may it sign with a key it has not registered
    }
}
