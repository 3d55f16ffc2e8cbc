using System.Net;
using System.Text;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-57, AB-58 and AB-62: credentials bent out of shape.</summary>
[Collection(AbuseCollection.Name)]
public sealed class CredentialTests(AbuseWorld world)
{
    const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    static string Web => "Basic " + TestServer.BasicCredentials("web", SecretOf("web"));

    Task<Answer> SendAsync(TestServer server, string[] authorization, params (string Name, string Value)[] more) =>
        server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token", more), request =>
        {
            if (authorization.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", authorization).ShouldBeTrue();
        });

    [Theory]
    [InlineData("Basic d2Vi")] // web, and no colon
    [InlineData("Basic d2Vi:c2VjcmV0")]
    [InlineData("Basic ****")]
    [InlineData("Basic d2ViOg=")]
    [InlineData("Basic")]
    public async Task AB_57_basic_credentials_that_are_none_are_refused(string header) =>
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => SendAsync(server, [header]));

    [Fact]
    public async Task AB_57_basic_twice_is_refused_and_lower_case_is_taken()
    {
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => SendAsync(server, [Web, Web]));
        await world.GrantsAsync(server => SendAsync(server, ["basic" + Web["Basic".Length..]]));
    }

    [Fact]
    public async Task AB_57_a_huge_header_is_refused()
    {
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => SendAsync(server, ["Basic " + new string('A', 20 * 1024)]));
        (await SendAsync(world.Common, ["Basic " + new string('A', 64 * 1024)])).Status.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
    }

    [Fact]
    public async Task AB_58_basic_and_assertion_and_certificate_together_are_refused() =>
        await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => server.PostAsync(
            TestServer.ExchangeForm(world.IdToken(), "id_token", ("client_assertion", "a.b.c"), ("client_assertion_type", AssertionType)), request =>
            {
                request.Headers.TryAddWithoutValidation("Authorization", Web).ShouldBeTrue();
                request.Headers.Add("X-Client-Cert", "certificate");
            }));

    [Theory]
    [InlineData("web ")]
    [InlineData(" web")]
    [InlineData("Web")]
    [InlineData("WEB")]
    [InlineData("web\t")]
    [InlineData("web\0")]
    [InlineData("web\u00A0")]
    [InlineData("w\u0435b")] // a Cyrillic e
    public async Task AB_62_a_client_id_is_compared_byte_for_byte(string id)
    {
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => SendAsync(server, ["Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(id)}:{SecretOf("web")}"))]));
        var poster = id.Replace("web", "poster", StringComparison.OrdinalIgnoreCase);
        if (poster is "poster") poster = "Poster";
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => SendAsync(server, [], ("client_id", poster), ("client_secret", SecretOf("poster"))));
    }

    [Fact]
    public async Task AB_62_an_assertion_whose_sub_is_not_its_iss_is_refused()
    {
        foreach (var (iss, sub) in new[] { ("web", "orders"), ("orders", "web"), ("web ", "web") })
        {
            var assertion = TestJwt.Sign(new() { ["iss"] = iss, ["sub"] = sub, ["aud"] = world.Common.Issuer, ["exp"] = 4_000_000_000 }, Keys.Es256).ToString();
            await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => SendAsync(server, [], ("client_assertion", assertion), ("client_assertion_type", AssertionType)));
        }
    }
}
