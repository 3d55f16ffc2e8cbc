using Cambist.Protocol;
using Cambist.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>TX-26: every token that is given is an access token, so each is rightly called Bearer and none has to be called N_A.</summary>
public sealed class TokenTypeRows(OpaqueWorld world)
{
    IEnumerable<TestServer> Both => [world.Common, world.Rfc8693];

    [Theory]
    [InlineData(null, "reports")]
    [InlineData(JwtType, "reports")]
    [InlineData(AccessTokenType, "reports")]
    [InlineData(null, "vault")]
    [InlineData(AccessTokenType, "vault")]
    public async Task TX_26_what_is_called_bearer_is_an_access_token_by_whatever_name(string? type, string target)
    {
        foreach (var server in Both)
        {
            var subject = (await world.BillingAsync(server)).AccessToken;
            var answer = await server.SendAccessTokenAsync("billing", subject, [("audience", target), .. type is null ? [] : new[] { ("requested_token_type", type) }]);
            answer.Json.Text("token_type").ShouldBe("Bearer");
            if (target == "reports") await ShouldBeTakenAsync(server, answer);
            var seen = IntrospectionRows.ShouldBeActive(await server.IntrospectAsync("billing", answer.AccessToken));
            (seen.Text("token_type"), seen.Text("client_id"), seen.Text("aud")).ShouldBe(("Bearer", "billing", $"https://{target}.example.com"));
        }
    }

    /// <summary>By a resource server as most are: somebody else's library, told our issuer, its own name and RFC 9068.</summary>
    static async Task ShouldBeTakenAsync(TestServer server, Answer answer)
    {
        var keys = new Microsoft.IdentityModel.Tokens.JsonWebKeySet((await server.GetAsync("/jwks")).Body);
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(answer.AccessToken, new TokenValidationParameters
        {
            ValidIssuer = server.Issuer,
            ValidAudience = "https://reports.example.com",
            IssuerSigningKeys = keys.GetSigningKeys(),
            ValidTypes = ["at+jwt"],
        });
        result.IsValid.ShouldBeTrue(result.Exception?.ToString());
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:token-type:id_token")]
    [InlineData("urn:ietf:params:oauth:token-type:refresh_token")]
    [InlineData("urn:ietf:params:oauth:token-type:saml1")]
    [InlineData("urn:ietf:params:oauth:token-type:saml2")]
    [InlineData("urn:ietf:params:oauth:token-type:txn_token")]
    [InlineData("urn:ietf:params:oauth:token-type:id-jag")]
    [InlineData("urn:cambist:token-type:impersonation_token")]
    [InlineData("urn:logto:token-type:impersonation_token")]
    [InlineData("urn:example:token-type:mine")]
    [InlineData("N_A")]
    public async Task TX_26_a_token_that_is_no_access_token_is_never_given(string type)
    {
        foreach (var target in new[] { "reports", "vault" })
            await world.RefusesAsync(Reason.RequestedTokenTypeUnsupported, async server => await server.SendAccessTokenAsync(
                "billing", (await world.BillingAsync(server)).AccessToken, ("audience", target), ("requested_token_type", type)));
    }
}
