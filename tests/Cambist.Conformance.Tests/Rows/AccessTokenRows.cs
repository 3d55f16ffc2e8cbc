using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>AT-01 to AT-10: issued access tokens (RFC 9068).</summary>
public sealed class AccessTokenRows(MainWorld world)
{
    Task<Answer> IssuedAsync(params (string Name, string Value)[] more) => world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(), more));

    [Fact]
    public async Task AT_01_the_header_says_at_jwt_a_kid_and_an_asymmetric_algorithm_and_no_more()
    {
        var header = (await IssuedAsync()).Jwt.HeaderJson;
        header.Select(member => member.Key).ShouldBe(["alg", "typ", "kid"], ignoreOrder: true);
        (header.Text("typ"), header.Text("alg")).ShouldBe(("at+jwt", "ES256"));
    }

    [Fact]
    public async Task AT_02_all_claims_are_there_and_of_their_types()
    {
        var claims = (await IssuedAsync()).Claims;
        foreach (var name in new[] { "iss", "sub", "aud", "client_id", "jti", "scope" }) claims.Text(name).ShouldNotBeEmpty();
        claims.Number("exp").ShouldBeGreaterThan(claims.Number("iat"));
        claims.ContainsKey("nbf").ShouldBeFalse();
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("PS256")]
    [InlineData("RS256")]
    public async Task AT_01_AT_03_every_signing_algorithm_verifies_elsewhere(string algorithm)
    {
        await using var own = await AdHocWorld.StartAsync(login => $"signing: {{ algorithm: {algorithm} }}\n{SmallRegistries.SignIn(login)}");
        var answer = await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
        answer.Jwt.HeaderJson.Text("alg").ShouldBe(algorithm);
        answer.Jwt.HeaderJson.Text("typ").ShouldBe("at+jwt");

        var keys = new Microsoft.IdentityModel.Tokens.JsonWebKeySet((await own.Common.GetAsync("/jwks")).Body);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(answer.AccessToken, new TokenValidationParameters
        {
            ValidIssuer = own.Common.Issuer,
            ValidAudience = MainWorld.Orders,
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = [algorithm],
        });
        result.IsValid.ShouldBeTrue(result.Exception?.ToString());
        var tampered = answer.Jwt with { Payload = Encoding.UTF8.GetBytes(answer.Claims.With("sub", "admin")) };
        (await own.Common.SendAccessTokenAsync("web", tampered.ToString(), ("audience", "orders"))).Reason.ShouldBe("subject_signature_invalid");
    }

    [Fact]
    public async Task AT_04_scope_is_one_string()
    {
        (await IssuedAsync()).Claims["scope"]!.ToJsonString().ShouldBe("\"read write\"");
        (await IssuedAsync(("scope", "write"))).Claims["scope"]!.ToJsonString().ShouldBe("\"write\"");
    }

    [Fact]
    public async Task AT_05_aud_is_one_string_the_resource_asked_for_or_the_default()
    {
        (await IssuedAsync()).Claims["aud"]!.ToJsonString().ShouldBe($"\"{MainWorld.Orders}\"");
        (await IssuedAsync(("resource", MainWorld.OrdersToo))).Claims["aud"]!.ToJsonString().ShouldBe($"\"{MainWorld.OrdersToo}\"");
    }

    [Fact]
    public async Task AT_06_scopes_of_another_target_are_refused() =>
        await world.RefusesAsync(Reason.ScopeNotGranted, server => server.SendIdTokenAsync("web", world.IdToken(), ("scope", "read pay")));

    [Theory]
    [InlineData("a: { identifiers: https://a.example.com }, b: { identifiers: https://a.example.com }")]
    [InlineData("a: { identifiers: b }, b: { identifiers: https://a.example.com }")]
    public async Task AT_07_TX_22_two_resources_of_one_name_do_not_start(string resources)
    {
        var failure = await Should.ThrowAsync<Exception>(() => TestServer.StartAsync(issuer => $"issuer: {issuer}\nresources: {{ {resources} }}\n"));
        failure.Message.ShouldContain("cambist.yaml:2:");
    }

    [Fact]
    public async Task AT_08_iss_is_the_issuer_of_the_metadata_to_the_last_byte()
    {
        var metadata = (await world.Common.GetAsync("/.well-known/oauth-authorization-server")).Json;
        (await IssuedAsync()).Claims.Text("iss").ShouldBe(metadata.Text("issuer"));
    }

    [Theory]
    [InlineData("web")]
    [InlineData("orders")]
    [InlineData("idle")]
    [InlineData("switched-off")]
    public async Task AT_09_a_user_whose_name_is_a_clients_is_refused(string client) =>
        await world.RefusesAsync(Reason.SubjectUnmappable, server => server.SendIdTokenAsync("web", world.IdToken(subject: client)));

    [Fact]
    public async Task AT_10_jti_is_unique_and_has_128_random_bits()
    {
        var token = world.IdToken();
        var ids = (await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => world.Common.SendIdTokenAsync("web", token)))).Select(answer => answer.Claims.Text("jti")).ToArray();
        ids.ShouldBeUnique();

        // Every exchange of one external token has the same root, and a segment of its own.
        ids.Select(id => id.Split('.')[0]).Distinct().Count().ShouldBe(1);
        foreach (var id in ids) System.Buffers.Text.Base64Url.DecodeFromChars(id.Split('.')[1]).Length.ShouldBe(16);
    }

    [Fact]
    public async Task AT_10_the_root_of_a_lineage_cannot_be_told_from_the_token_and_does_not_hang_on_its_signature()
    {
        var jwt = TestJwt.Parse(world.IdToken(key: Keys.Es256));
        var again = TestJwt.Sign(jwt.Header, jwt.Payload, Keys.Es256); // another valid signature of the same bytes
        again.ToString().ShouldNotBe(jwt.ToString());
        async Task<string> RootAsync(TestServer server, TestJwt token) => (await server.SendIdTokenAsync("web", token.ToString())).Claims.Text("jti").Split('.')[0];
        (await RootAsync(world.Common, again)).ShouldBe(await RootAsync(world.Common, jwt));
        (await RootAsync(world.Rfc8693, jwt)).ShouldNotBe(await RootAsync(world.Common, jwt));
    }

    [Fact]
    public async Task AT_10_exp_is_within_the_policy_of_the_target()
    {
        var answer = await world.GrantsAsync(server => server.ForItselfAsync("orders"));
        answer.Json.Number("expires_in").ShouldBe(300);
    }

    [Fact]
    public async Task A_token_beyond_8_KiB_is_refused()
    {
        string With(int characters) => world.IdToken(claims => claims["groups"] = new JsonArray([.. Enumerable.Range(0, characters / 10).Select(i => (JsonNode)$"{i:D7}")]), key: Keys.Es256);
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", With(5000)));
        await world.RefusesAsync(Reason.TokenTooLarge, server => server.SendIdTokenAsync("web", With(7000)));
    }
}
