using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>CA-08 to CA-12 and CA-14 to CA-18: what a client assertion must say (RFC 7523 §3).</summary>
public sealed class ClientAssertionRows(AssertionWorld world) : IClassFixture<AssertionWorld>
{
    Task<Answer> FailsAsync(Func<TestServer, Task<Answer>> request) => world.RefusesAsync(Reason.ClientAuthenticationFailed, request);

    Task<Answer> FailsAsync(Action<JsonObject> change) => FailsAsync(world.With(change));

    [Fact]
    public async Task CA_08_an_assertion_authenticates_its_client()
    {
        var answer = await world.GrantsAsync(world.With());
        answer.Claims.Text("client_id").ShouldBe("keyed");
        await world.GrantsAsync(server => server.PostAsync([("grant_type", "client_credentials"), .. Assertions.Form(Assertions.Sign(server, "keyed"))]));
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:client-assertion-type:JWT-bearer")]
    [InlineData("urn:ietf:params:oauth:client-assertion-type:saml2-bearer")]
    [InlineData("urn:ietf:params:oauth:grant-type:jwt-bearer")]
    [InlineData("jwt-bearer")]
    [InlineData(Assertions.JwtBearer + " ")]
    [InlineData(Assertions.JwtBearer + "#")]
    public async Task CA_08_the_type_is_the_exact_urn(string type) =>
        await FailsAsync(server => server.PostAsync(TestServer.ExchangeForm(world.IdToken(audience: server.Issuer), "id_token", Assertions.Form(Assertions.Sign(server, "keyed"), type))));

    [Fact]
    public async Task CA_08_type_and_assertion_go_together()
    {
        foreach (var only in new[] { 0, 1 })
            await FailsAsync(server => server.PostAsync(TestServer.ExchangeForm(world.IdToken(audience: server.Issuer), "id_token", Assertions.Form(Assertions.Sign(server, "keyed"))[only])));
    }

    [Theory]
    [InlineData(" ")]
    [InlineData(",")]
    [InlineData(".")]
    [InlineData("\n")]
    [InlineData("")]
    public async Task CA_08_an_assertion_is_one_jwt(string between) =>
        await FailsAsync(server => world.ExchangeByAsync(server, Assertions.Sign(server, "keyed") + between + Assertions.Sign(server, "keyed")));

    [Fact]
    public async Task CA_08_a_repeated_assertion_is_malformed() =>
        await world.RefusesAsync(Reason.ParameterRepeated, server => world.ExchangeByAsync(server, Assertions.Sign(server, "keyed"), Assertions.Form(Assertions.Sign(server, "keyed"))[1]));

    [Theory]
    [InlineData("iss", "web")]
    [InlineData("iss", "other")]
    [InlineData("iss", "Keyed")]
    [InlineData("iss", "https://login.example.com")]
    [InlineData("iss", null)]
    [InlineData("sub", "other")]
    [InlineData("sub", "web")]
    [InlineData("sub", "keyed ")]
    [InlineData("sub", "KEYED")]
    [InlineData("sub", "alice")]
    [InlineData("sub", "")]
    [InlineData("sub", null)]
    public async Task CA_09_iss_and_sub_are_the_client(string claim, string? value) => await FailsAsync(claims => claims[claim] = value);

    [Theory]
    [InlineData("other")] // its key is the same, so only its name could be wrong
    [InlineData("web")]
    [InlineData("ci")]
    [InlineData("nobody")]
    [InlineData("switched-off")]
    [InlineData("keyed ")]
    [InlineData("KEYED")]
    public async Task CA_09_CA_25_only_a_live_client_that_signs_is_authenticated(string client)
    {
        if (client == "other") await world.GrantsAsync(world.With(client: client));
        else await FailsAsync(world.With(client: client));
    }

    [Fact]
    public async Task CA_09_a_name_that_is_no_text_is_nobody()
    {
        foreach (var claim in new[] { "iss", "sub" })
            foreach (var value in new[] { "7", "null", "true", "[\"keyed\"]", "{\"keyed\":1}" })
                await FailsAsync(claims => claims[claim] = JsonNode.Parse(value));
    }

    [Fact]
    public async Task CA_10_aud_is_our_issuer_alone()
    {
        await world.GrantsAsync(server => world.ExchangeByAsync(server, Assertions.Sign(server, "keyed", change: claims => claims["aud"] = new JsonArray(server.Issuer))));
        foreach (var aud in new Func<string, JsonNode?>[]
        {
            us => us + "/token", us => us + "/", us => us.ToUpperInvariant(), us => us + " ", us => "", us => null, us => 7, us => new JsonObject { ["aud"] = us }, us => us.Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
            us => new JsonArray(), us => new JsonArray(us, "https://evil.example"), us => new JsonArray("https://evil.example", us), us => new JsonArray(us, us), us => new JsonArray(us + "/token"), us => new JsonArray(us, us + "/token"),
            us => new JsonArray(new JsonArray(us)), us => new JsonArray(us, 7), us => "https://orders.example.com",
        })
        {
            await FailsAsync(server => world.ExchangeByAsync(server, Assertions.Sign(server, "keyed", change: claims => claims["aud"] = aud(server.Issuer))));
        }

        await FailsAsync(claims => claims.Remove("aud"));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(60, true)]
    [InlineData(600, true)]
    [InlineData(601, false)]
    [InlineData(3600, false)]
    [InlineData(86_400, false)]
    [InlineData(0, false)]
    [InlineData(-1, false)]
    [InlineData(-86_400, false)]
    public async Task CA_11_exp_is_ahead_and_at_most_ten_minutes(int ahead, bool isRight)
    {
        var request = world.With(claims => (claims["exp"], claims["iat"]) = (Now + ahead, Now + Math.Min(ahead, 0)));
        if (isRight) await world.GrantsAsync(request);
        else await FailsAsync(request);
    }

    [Fact]
    public async Task CA_11_exp_is_required_and_a_number()
    {
        await FailsAsync(claims => claims.Remove("exp"));
        foreach (var exp in new JsonNode?[] { null, $"{Now + 60}", true, -1, 1e300 }) await FailsAsync(claims => claims["exp"] = exp?.DeepClone());
    }

    [Theory]
    [InlineData(-3600, true)]
    [InlineData(0, true)]
    [InlineData(5, true)]
    [InlineData(10, true)]
    [InlineData(60, true)]
    [InlineData(61, false)]
    [InlineData(300, false)]
    public async Task CA_12_iat_and_nbf_are_not_far_ahead(int ahead, bool isRight)
    {
        foreach (var claim in new[] { "iat", "nbf" })
        {
            var request = world.With(claims => (claims[claim], claims["exp"]) = (Now + ahead, Now + 400));
            if (isRight) await world.GrantsAsync(request);
            else await FailsAsync(request);
        }
    }

    [Fact]
    public async Task CA_12_iat_and_nbf_may_be_missing_and_are_numbers()
    {
        await world.GrantsAsync(world.With(claims => claims.Remove("iat")));
        foreach (var claim in new[] { "iat", "nbf" })
            foreach (var value in new JsonNode?[] { null, $"{Now}", false, -5 }) await FailsAsync(claims => claims[claim] = value?.DeepClone());
    }

    [Theory]
    [InlineData("RS256", true)]
    [InlineData("PS256", false)] // its JWK says RS256
    [InlineData("RS384", false)]
    [InlineData("RS512", false)]
    [InlineData("PS384", false)]
    [InlineData("PS512", false)]
    [InlineData("HS256", false)]
    [InlineData("none", false)]
    [InlineData("rs256", false)]
    public async Task CA_14_the_algorithm_is_that_of_the_registered_key(string algorithm, bool isRight)
    {
        var request = world.With(key: Keys.Rs256.As(algorithm));
        if (isRight) await world.GrantsAsync(request);
        else await FailsAsync(request);
    }

    [Theory]
    [InlineData("RS256", true)]
    [InlineData("PS256", true)]
    [InlineData("PS384", false)]
    [InlineData("PS512", false)]
    [InlineData("RS512", false)]
    public async Task CA_14_a_key_without_alg_signs_by_what_clients_may_use(string algorithm, bool isRight)
    {
        var request = world.With(key: Keys.Rs256.As(algorithm), client: "any-rsa");
        if (isRight) await world.GrantsAsync(request);
        else await FailsAsync(request);
    }

    [Fact]
    public async Task CA_14_es384_is_taken_and_no_mac_ever()
    {
        await world.GrantsAsync(world.With(key: Keys.Es384));
        foreach (var secret in new[] { Keys.Es256.PublicPem(), Encoding.UTF8.GetBytes(Keys.Es256.PublicJwk().ToJsonString()), Encoding.UTF8.GetBytes(SecretOf("web")), [] })
            foreach (var client in new[] { "keyed", "web" })
                await FailsAsync(world.With(key: TestKey.Hmac(secret, "HS256", "es256-1"), client: client));
        await FailsAsync(world.With(key: TestKey.Unsigned()));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("JWT", true)]
    [InlineData("jwt", true)]
    [InlineData("application/jwt", true)]
    [InlineData("client-authentication+jwt", true)]
    [InlineData("application/client-authentication+jwt", true)]
    [InlineData("at+jwt", false)]
    [InlineData("dpop+jwt", false)]
    [InlineData("JOSE", false)]
    [InlineData("logout+jwt", false)]
    [InlineData("client-authentication", false)]
    [InlineData("", false)]
    public async Task CA_16_typ_is_absent_or_of_assertions(string? type, bool isRight)
    {
        if (isRight) await world.GrantsAsync(world.With(type: type));
        else await FailsAsync(world.With(type: type));
    }

    [Fact]
    public async Task CA_17_a_bad_assertion_is_invalid_client_with_one_reason_whatever_is_wrong()
    {
        var broken = await FailsAsync(world.With(key: Keys.Strange));
        broken.Error.ShouldBe("invalid_client");
        broken.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Basic");
        foreach (var request in new[] { world.With(key: Keys.Strange.As(keyId: "unheard-of")), world.With(claims => claims["exp"] = 1), world.With(claims => claims["aud"] = "x"), world.With(client: "nobody"), world.With(type: "at+jwt") })
            (await request(world.Common)).Body.ShouldBe(broken.Body);
    }

    [Fact]
    public async Task CA_18_client_id_beside_an_assertion_is_optional_and_must_be_right()
    {
        await world.GrantsAsync(server => world.ExchangeByAsync(server, Assertions.Sign(server, "keyed"), ("client_id", "keyed")));
        foreach (var id in new[] { "other", "web", "ci", "KEYED", "keyed ", "nobody" })
            await FailsAsync(server => world.ExchangeByAsync(server, Assertions.Sign(server, "keyed"), ("client_id", id)));
    }

    [Fact]
    public async Task CA_15_without_a_kid_the_only_key_that_fits_will_do()
    {
        await world.GrantsAsync(world.With(key: Keys.Es256.WithoutKeyId()));
        await world.GrantsAsync(world.With(key: Keys.Es256.WithoutKeyId(), client: "no-kid"));
        await FailsAsync(world.With(client: "no-kid")); // a kid that no key has
    }

    [Fact]
    public async Task MD_05_signing_algorithms_are_listed_with_the_method()
    {
        foreach (var path in new[] { "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration" })
        {
            var json = (await world.Common.GetAsync(path)).Json;
            List(json, "token_endpoint_auth_methods_supported").ShouldBe(["client_secret_basic", "none", "private_key_jwt"]);
            List(json, "token_endpoint_auth_signing_alg_values_supported").ShouldBe(["RS256", "PS256", "ES256", "ES384"], ignoreOrder: true);
        }
    }

    [Fact]
    public async Task BP_02_check_recommends_keys_where_clients_have_secrets()
    {
        var cancel = TestContext.Current.CancellationToken;
        var clients = $"clients:\n  keyed: {{ jwks: {TestKey.PublicSet(Keys.Es256).ToJsonString()}, client_credentials: {{ orders: read }} }}\n";
        var registry = $"issuer: http://127.0.0.1:8080\nresources: {{ orders: {{ identifiers: https://orders.example.com, scopes: read }} }}\n{clients}";
        (await BuiltServer.RunAsync(world.Common.Folder, ["check", "-"], registry, cancellation: cancel)).Output.ShouldNotContain("secret");
        var result = await BuiltServer.RunAsync(world.Common.Folder, ["check", "-"], registry + $"  {Client("web", "client_credentials: { orders: read }")}\n", cancellation: cancel);
        result.ExitCode.ShouldBe(0, result.Error);
        result.Output.ShouldContain("1 client with a secret, which a key would spare: cambist new client-key");
    }

    static IEnumerable<string> List(JsonObject json, string name) => json[name]!.AsArray().Select(item => item!.GetValue<string>());

    long Now => world.Common.Now();
}
