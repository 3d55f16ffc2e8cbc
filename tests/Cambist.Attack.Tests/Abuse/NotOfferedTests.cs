using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>
/// AB-78 to AB-81 and AB-83: attacks on what other servers offer and this one does not. Not offered means refused, never passed over:
/// what is left out of account gives more than was asked.
/// </summary>
[Collection(AbuseCollection.Name)]
public sealed class NotOfferedTests(AbuseWorld world)
{
    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("not json")]
    [InlineData("""[{"type":"unheard-of"}]""")]
    [InlineData("""[{"type":["payment"],"amount":{}}]""")]
    [InlineData("""[{"type":"payment","amount":"1"}]""")]
    public async Task AB_78_authorization_details_are_refused_whatever_they_say(string details)
    {
        await world.StopsIdTokenAsync(Reason.AuthorizationDetailsUnsupported, world.IdToken(), ("authorization_details", details));
        await world.RefusesAsync(Reason.AuthorizationDetailsUnsupported, async server =>
            await server.SendAccessTokenAsync("orders", await world.OrdersTokenAsync(server), ("audience", "billing"), ("authorization_details", details)));
    }

    [Fact]
    public async Task AB_78_authorization_details_ten_thousand_deep_are_refused() =>
        await world.StopsIdTokenAsync(Reason.AuthorizationDetailsUnsupported, world.IdToken(), ("authorization_details", new string('[', 10_000) + new string(']', 10_000)));

    [Fact]
    public async Task AB_78_authorization_details_inside_a_token_entitle_to_nothing_and_are_never_passed_on()
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["authorization_details"] = JsonNode.Parse("""[{"type":"payment","amount":"1"}]"""))));
        answer.Claims.ContainsKey("authorization_details").ShouldBeFalse();
        answer.Json.ContainsKey("authorization_details").ShouldBeFalse();
    }

    const string TransactionToken = "urn:ietf:params:oauth:token-type:txn_token";

    [Fact]
    public async Task AB_79_a_transaction_token_is_neither_asked_for_nor_taken()
    {
        await world.StopsIdTokenAsync(Reason.RequestedTokenTypeUnsupported, world.IdToken(), ("requested_token_type", TransactionToken));
        await world.StopsAsync(Reason.SubjectTokenTypeUnsupported, server => server.ExchangeAsync("web", SecretOf("web"), """{"sub":"alice"}""", "urn:ietf:params:oauth:token-type:unsigned_json"));
        await world.RefusesAsync(Reason.SubjectTokenTypeUnsupported, async server => await server.ExchangeAsync("orders", SecretOf("orders"), await TransactionAsync(server, _ => { }), TransactionToken));
    }

    /// <summary>One of ours, truly signed, that replaces or outlives another, under every name it could be sent by.</summary>
    [Theory]
    [InlineData("access_token", Reason.SubjectTypeMismatch)]
    [InlineData("jwt", Reason.SubjectIssuerUntrusted)]
    [InlineData("id_token", Reason.SubjectIssuerUntrusted)]
    public async Task AB_79_a_transaction_token_of_ours_serves_under_no_other_name(string type, Reason reason)
    {
        foreach (var change in new Action<JsonObject>[] { _ => { }, claims => claims["exp"] = 1, claims => claims["sub"] = "mallory", claims => claims["txn"] = "another" })
            await world.RefusesAsync(reason, async server => await server.ExchangeAsync("orders", SecretOf("orders"), await TransactionAsync(server, change), type, ("audience", "billing")));
    }

    async Task<string> TransactionAsync(TestServer server, Action<JsonObject> change)
    {
        var claims = TestJwt.Parse(await world.OrdersTokenAsync(server)).Claims;
        claims["txn"] = "97053963-771d-49cc-a4e3-20aad399c312";
        change(claims);
        return server.SignAsServer(claims, "txntoken+jwt");
    }

    const string IdentityAssertion = "urn:ietf:params:oauth:token-type:id-jag";

    [Fact]
    public async Task AB_80_an_identity_assertion_is_neither_redeemed_nor_asked_for()
    {
        var ours = world.Common.SignAsServer(world.Claims(claims => (claims["iss"], claims["aud"], claims["client_id"]) = (world.Common.Issuer, world.Common.Issuer, "web")), "oauth-id-jag+jwt");
        foreach (var assertion in new[]
        {
            ours, world.IdToken(),
            Assertion(claims => claims["client_id"] = "orders"),
            Assertion(claims => claims["aud"] = new JsonArray(world.Common.Issuer, "https://other.example.com")),
        })
        {
            await world.StopsAsync(Reason.GrantTypeUnsupported, server => server.SendFormAsync("web", ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", assertion)));
            await world.StopsAsync(Reason.SubjectTokenTypeUnsupported, server => server.ExchangeAsync("web", SecretOf("web"), assertion, IdentityAssertion));
        }

        await world.StopsIdTokenAsync(Reason.RequestedTokenTypeUnsupported, world.IdToken(), ("requested_token_type", IdentityAssertion));
        await world.StopsIdTokenAsync(Reason.SubjectTypeMismatch, Assertion(_ => { }));
    }

    string Assertion(Action<JsonObject> change) => TestJwt.Sign(world.Claims(change), Keys.Es256, "oauth-id-jag+jwt").ToString();

    /// <summary>No SVID authenticates a client; as subject tokens they are held to what the registry says of the issuer.</summary>
    [Theory]
    [InlineData("spiffe://prod.example.com/orders")]
    [InlineData("spiffe://other.example.com/orders")]
    [InlineData("spiffe://prod.example.com/a/../orders")]
    [InlineData("spiffe://PROD.example.com/orders")]
    [InlineData("spiffe://user@prod.example.com/orders")]
    [InlineData("spiffe://prod.example.com:443/orders")]
    public async Task AB_81_an_svid_is_no_client_assertion(string id)
    {
        foreach (var type in new[] { "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe", Assertions.JwtBearer })
        {
            var svid = TestJwt.Sign(new() { ["sub"] = id, ["aud"] = new JsonArray(world.Common.Issuer), ["exp"] = world.Common.Now() + 60, ["iat"] = world.Common.Now() }, Keys.Es256).ToString();
            await world.StopsAsync(Reason.ClientAuthenticationFailed, server => server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token", [("client_assertion_type", type), ("client_assertion", svid)])));
        }
    }

    [Fact]
    public async Task AB_81_only_the_very_id_that_a_rule_names_is_taken_of_a_trust_domain()
    {
        await using var own = await AdHocWorld.StartAsync(domain => $$"""
            issuers: { prod: { issuer: {{domain.Issuer}}, tokens: jwt, kind: client, subject: "svid:{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com, scopes: read } }
            clients: { workloads: { auth: none } }
            rules: [ { name: api, clients: workloads, subject: { issuer: prod, where: { sub: "spiffe://prod.example.com/api" } }, actor: none, targets: { orders: read } } ]
            """);
        Task<Answer> SendAsync(TestServer server, string id) => server.PostAsync(TestServer.ExchangeForm(own.Login.IdToken(id, server.Issuer), "jwt", ("client_id", "workloads"), ("audience", "orders")));
        (await own.GrantsAsync(server => SendAsync(server, "spiffe://prod.example.com/api"))).Claims.Text("sub").ShouldBe("svid:spiffe://prod.example.com/api");
        foreach (var id in new[]
        {
            "spiffe://other.example.com/api", "spiffe://prod.example.com/x/../api", "spiffe://PROD.example.com/api", "spiffe://user@prod.example.com/api", "spiffe://prod.example.com:443/api",
            "spiffe://prod.example.com/api/", "spiffe://prod.example.com//api", "SPIFFE://prod.example.com/api", "spiffe://prod.example.com/%61pi", "spiffe://prod.example.com/api?x", "spiffe://prod.example.com/api#x",
        })
            await own.RefusesAsync(Reason.NoRule, server => SendAsync(server, id));
    }

    [Theory]
    [InlineData("/register")]
    [InlineData("/reg")]
    [InlineData("/connect/register")]
    [InlineData("/clients")]
    [InlineData("/.well-known/oauth-authorization-server/register")]
    public async Task AB_83_nobody_registers_a_client(string path)
    {
        var body = """{"client_id":"chosen","redirect_uris":["https://evil.example"],"jwks_uri":"http://127.0.0.1:1/jwks","scope":"read write","grant_types":["urn:ietf:params:oauth:grant-type:token-exchange"]}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using var response = await world.Common.Http.SendAsync(request, TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed);
        (await world.Common.GetAsync("/.well-known/oauth-authorization-server")).Json.ContainsKey("registration_endpoint").ShouldBeFalse();
        await world.StopsAsync(Reason.ClientAuthenticationFailed, server => server.SendIdTokenAsync("chosen", world.IdToken()));
    }
}
