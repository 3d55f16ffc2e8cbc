using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Rules that let everybody do everything, so that only entitlement is left to refuse.</summary>
public sealed class EntitlementWorld : World
{
    public const string Api = "https://api.example.com";

    protected override string Registry => $$"""
        issuers:
          login:
            issuer: {{Login.Issuer}}
            tokens:
              id_token: { audiences: [a, a-there, b, server, {{Api}}, somebody] }
              access_token: { audiences: [a, a-there, b, server, resources, somebody] }
              jwt: { audiences: [a-jwt, b-jwt] }
            subject: "{sub}"
        resources:
          api:   { identifiers: [{{Api}}, urn:api] }
          other: { identifiers: https://other.example.com }
        clients:
          {{Client("a", "known_as: [a-there, a-jwt]")}}
          {{Client("b", "known_as: b-jwt")}}
          {{Client("api-server", "serves: api")}}
          {{Client("both", "serves: [api, other]")}}
        rules:
          - { name: external, clients: "*", subject: { issuer: login }, actor: none, targets: { api: [], other: [] }, requested_token_types: access_token }
          - { name: ours, clients: "*", subject: { kind: [user, client] }, actor: none, targets: { api: [], other: [] } }
        """;
}

/// <summary>A token is used by the one it was issued to or meant for, and no rule can say otherwise.</summary>
public sealed class EntitlementTests(EntitlementWorld world) : IClassFixture<EntitlementWorld>
{
    static (string, string) Target => ("audience", "other");

    /// <summary><c>{us}</c> stands for our own issuer.</summary>
    static JsonArray Audience(string aud, TestServer server) => [.. aud.Split(' ').Select(one => (JsonNode)one.Replace("{us}", server.Issuer, StringComparison.Ordinal))];

    async Task CheckAsync(string client, string type, string aud, bool isEntitled, Action<JsonObject>? change = null)
    {
        Task<Answer> SendAsync(TestServer server)
        {
            void Change(JsonObject claims)
            {
                claims["aud"] = Audience(aud, server);
                change?.Invoke(claims);
            }

            var token = type == "access_token" ? world.Login.AccessToken("alice", "", "", "some-app", Change) : world.IdToken(Change);
            return server.ExchangeAsync(client, SecretOf(client), token, type, Target);
        }

        if (isEntitled) await world.GrantsAsync(SendAsync);
        else await world.RefusesAsync(Reason.SubjectNotForCaller, SendAsync);
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a-there", true)]
    [InlineData("a", "b", false)]
    [InlineData("b", "a", false)]
    [InlineData("b", "a-there", false)]
    [InlineData("a", "{us}", true)]
    [InlineData("b", "{us}", true)]
    [InlineData("a", "https://api.example.com", false)]
    [InlineData("api-server", "https://api.example.com", true)]
    [InlineData("both", "https://api.example.com", true)]
    [InlineData("api-server", "a", false)]
    [InlineData("a", "somebody", false)]
    [InlineData("a", "b a", true)]
    [InlineData("b", "a somebody", false)]
    [InlineData("both", "somebody {us}", true)]
    public async Task An_external_token_is_for_whom_its_audience_names(string client, string aud, bool isEntitled)
    {
        await CheckAsync(client, "id_token", aud, isEntitled);
        await CheckAsync(client, "access_token", aud, isEntitled);
    }

    [Theory]
    [InlineData("api-server", "urn:api", true)]
    [InlineData("api-server", "https://other.example.com", false)]
    [InlineData("both", "https://other.example.com", true)]
    [InlineData("a", "urn:api", false)]
    [InlineData("a", "a elsewhere", true)]
    [InlineData("b", "a elsewhere", false)]
    public async Task An_access_token_may_have_further_audiences_and_those_of_resources(string client, string aud, bool isEntitled) =>
        await CheckAsync(client, "access_token", aud, isEntitled);

    [Theory]
    [InlineData("a", "a-jwt", true)]
    [InlineData("b", "a-jwt", false)]
    [InlineData("b", "a-jwt b-jwt", true)]
    public async Task A_jwt_is_for_whom_its_audience_names(string client, string aud, bool isEntitled) => await CheckAsync(client, "jwt", aud, isEntitled);

    [Fact]
    public async Task The_client_id_or_azp_of_an_external_access_token_entitles_nobody()
    {
        await CheckAsync("a", "access_token", "somebody", false, claims => (claims["client_id"], claims["azp"]) = ("a", "a"));
        await CheckAsync("a", "access_token", "a", true, claims => (claims["client_id"], claims["azp"]) = ("b", "b"));
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a-there", true)]
    [InlineData("a", "b", false)]
    [InlineData("b", "a", false)]
    [InlineData("api-server", "a", false)]
    public async Task Azp_of_an_id_token_for_us_says_whose_it_is(string client, string azp, bool isEntitled) =>
        await CheckAsync(client, "id_token", "{us}", isEntitled, claims => claims["azp"] = azp);

    [Theory]
    [InlineData("a", "a", "api", true)]
    [InlineData("b", "a", "api", false)]
    [InlineData("api-server", "a", "api", true)]
    [InlineData("both", "a", "other", true)]
    [InlineData("api-server", "a", "other", false)]
    [InlineData("api-server", "a", "urn:api", true)]
    [InlineData("b", "a", "urn:api", false)]
    public async Task Our_own_token_is_for_its_client_and_for_the_server_of_its_audience(string caller, string issuedTo, string target, bool isEntitled)
    {
        async Task<Answer> SendAsync(TestServer server)
        {
            var issued = await server.SendIdTokenAsync(issuedTo, world.IdToken(audience: issuedTo), ("audience", target));
            return await server.SendAccessTokenAsync(caller, issued.AccessToken, Target);
        }

        if (isEntitled) await world.GrantsAsync(SendAsync);
        else await world.RefusesAsync(Reason.SubjectNotForCaller, SendAsync);
    }

    [Fact]
    public async Task A_token_of_ours_does_not_belong_to_whom_a_forged_audience_array_names() =>
        await world.RefusesAsync(Reason.SubjectClaimInvalid, async server =>
        {
            var claims = (await server.SendIdTokenAsync("a", world.IdToken(audience: "a"), ("audience", "api"))).Claims;
            claims["aud"] = new JsonArray(EntitlementWorld.Api, "b");
            return await server.SendAccessTokenAsync("api-server", server.SignAsServer(claims), Target);
        });

    [Theory]
    [InlineData("""{"jkt":"x"}""")]
    [InlineData("""{"x5t#S256":"x"}""")]
    [InlineData("""{"unknown":"x"}""")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("\"x\"")]
    public async Task A_token_bound_to_a_key_is_no_bearer_token(string cnf)
    {
        await world.RefusesAsync(Reason.SubjectKeyBound, server => server.SendIdTokenAsync("a", world.IdToken(claims => claims["cnf"] = JsonNode.Parse(cnf), audience: "a"), Target));
        await world.RefusesAsync(Reason.SubjectKeyBound, async server =>
        {
            var claims = (await server.SendIdTokenAsync("a", world.IdToken(audience: "a"), ("audience", "api"))).Claims;
            claims["cnf"] = JsonNode.Parse(cnf);
            return await server.SendAccessTokenAsync("a", server.SignAsServer(claims), Target);
        });
    }
}
