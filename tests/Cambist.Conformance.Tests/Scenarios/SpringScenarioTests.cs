using System.Text;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Scenarios;

/// <summary>What a server that takes externally issued ID tokens is expected to do.</summary>
public sealed class SpringScenarioTests(MainWorld world)
{
    [Fact]
    public async Task S1_a_valid_id_token_becomes_an_access_token_of_the_same_subject()
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken()));
        answer.Claims["sub"]!.GetValue<string>().ShouldBe("alice");
        answer.Claims["iss"]!.GetValue<string>().ShouldBe(world.Common.Issuer);
    }

    public static TheoryData<string, Func<TestJwt, string>> Tamperings => new()
    {
        { "another subject under the old signature", jwt => (jwt with { Payload = Encoding.UTF8.GetBytes(jwt.Claims.With("sub", "admin")) }).ToString() },
        { "a bit of the signature flipped", jwt => { jwt.Signature[7] ^= 1; return jwt.ToString(); } },
        { "no bit of the signature right", jwt => (jwt with { Signature = new byte[jwt.Signature.Length] }).ToString() },
        { "signed by a stranger under the provider's kid", jwt => TestJwt.Sign(jwt.Header, jwt.Payload, Keys.StrangeRsa).ToString() },
    };

    [Theory, MemberData(nameof(Tamperings), DisableDiscoveryEnumeration = true)]
    public async Task S2_a_tampered_id_token_is_refused(string how, Func<TestJwt, string> tamper)
    {
        var token = tamper(TestJwt.Parse(world.IdToken()));
        var answer = await world.RefusesAsync(Reason.SubjectSignatureInvalid, server => server.SendIdTokenAsync("web", token));
        answer.Error.ShouldBe("invalid_grant", how);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    public async Task S2_an_invalid_id_token_is_refused(string token) =>
        (await world.RefusesAsync(Reason.SubjectMalformed, server => server.SendIdTokenAsync("web", token))).Error.ShouldBe("invalid_grant");

    [Fact]
    public async Task S3_an_expired_id_token_is_refused()
    {
        var token = world.IdToken(claims => (claims["iat"], claims["exp"]) = (claims["iat"]!.GetValue<long>() - 600, claims["iat"]!.GetValue<long>() - 1));
        (await world.RefusesAsync(Reason.SubjectExpired, server => server.SendIdTokenAsync("web", token))).Error.ShouldBe("invalid_grant");
    }

    [Fact]
    public async Task S4_an_id_token_without_sub_is_refused()
    {
        var token = world.IdToken(claims => claims.Remove("sub"));
        (await world.RefusesAsync(Reason.SubjectSubMissing, server => server.SendIdTokenAsync("web", token))).Error.ShouldBe("invalid_grant");
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:token-type:saml2")]
    [InlineData("urn:ietf:params:oauth:token-type:refresh_token")]
    [InlineData("id_token:")]
    [InlineData("urn:example:token-type:mine")]
    public async Task S5_an_unsupported_token_type_is_refused(string type)
    {
        var token = world.IdToken();
        var answer = await world.RefusesAsync(Reason.SubjectTokenTypeUnsupported, server => server.ExchangeAsync("web", Requests.SecretOf("web"), token, type));
        answer.Error.ShouldBe("unsupported_token_type");
    }

    [Fact]
    public async Task S7_client_credentials_give_a_token_for_the_client_itself()
    {
        var answer = await world.GrantsAsync(server => server.ForItselfAsync("orders"));
        answer.Claims["sub"]!.GetValue<string>().ShouldBe("orders");
        answer.Claims["sub_kind"]!.GetValue<string>().ShouldBe("client");
        answer.Claims["scope"]!.GetValue<string>().ShouldBe("read");
        answer.Claims["aud"]!.GetValue<string>().ShouldBe(MainWorld.Billing);
        answer.Json.ContainsKey("issued_token_type").ShouldBeFalse();
    }
}
