using System.Net;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-74 to AB-77: introspection and revocation by those who should not, and of what is no token.</summary>
public sealed class PresentedTokenTests(OpaqueWorld world) : IClassFixture<OpaqueWorld>
{
    static readonly string[] Outsiders = ["vault", "stranger", "reports"];

    TestServer[] Both => [world.Common, world.Rfc8693];

    static Task<Answer> AskAsync(TestServer server, string client, string token) =>
        client == "reports" ? server.SendFormToAsync("/introspect", null, ("token", token), ("client_id", client), ("client_secret", SecretOf(client))) : server.IntrospectAsync(client, token);

    static void ShouldBeInactive(Answer answer) => (answer.Status, answer.Body).ShouldBe((HttpStatusCode.OK, """{"active":false}"""));

    [Fact]
    public async Task AB_74_who_is_outside_the_audience_learns_nothing_of_a_token_that_a_scan_would_not_tell()
    {
        foreach (var server in Both)
        {
            var (opaque, jwt) = ((await world.OrdersAsync(server)).AccessToken, (await world.ReportsAsync(server)).AccessToken);
            var scanned = Enumerable.Range(0, 50).Select(i => "cbt_" + Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(22))[..43]);
            foreach (var client in Outsiders)
                foreach (var token in scanned.Append(opaque).Append(client == "reports" ? opaque : jwt))
                    ShouldBeInactive(await AskAsync(server, client, token));
            ((bool)(await server.IntrospectAsync("orders", opaque)).Json["active"]!).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("JWT")]
    [InlineData("token-introspection+jwt")]
    [InlineData("dpop+jwt")]
    [InlineData(null)]
    public async Task AB_75_a_jwt_of_ours_of_another_kind_is_inactive(string? type)
    {
        foreach (var server in Both)
        {
            var claims = (await world.ReportsAsync(server)).Claims;
            ((bool)(await server.IntrospectAsync("billing", server.SignAsServer(claims.DeepClone().AsObject()))).Json["active"]!).ShouldBeTrue();
            ShouldBeInactive(await server.IntrospectAsync("billing", server.SignAsServer(claims, type)));
        }
    }

    [Fact]
    public async Task AB_76_neither_a_stranger_nor_the_api_itself_revokes_the_token_of_another_client()
    {
        foreach (var client in new[] { "stranger", "orders", "billing", "vault" })
        {
            await world.RefusesAsync(Reason.TokenNotOfCaller, async server =>
            {
                var token = (await world.OrdersAsync(server)).AccessToken;
                var answer = await server.RevokeAsync(client, token);
                ((bool)(await server.IntrospectAsync("orders", token)).Json["active"]!).ShouldBeTrue();
                return answer;
            });
        }
    }

    [Fact]
    public async Task AB_77_a_token_of_a_megabyte_is_too_large() =>
        await world.RefusesAsync(Reason.RequestTooLarge, server => server.SendBodyAsync(
            "web", Form("token=" + new string('x', 1 << 20)), "/revoke", change: request => request.Headers.ExpectContinue = true));

    [Theory]
    [InlineData("\0")]
    [InlineData("🙂")]
    [InlineData("\u202E")]
    [InlineData("cbt_\0")]
    [InlineData("....")]
    public async Task AB_77_a_token_of_odd_characters_is_unknown_at_every_endpoint(string token)
    {
        foreach (var server in Both)
        {
            var answer = await server.RevokeAsync("web", token);
            (answer.Status, answer.Body).ShouldBe((HttpStatusCode.OK, ""));
            ShouldBeInactive(await server.IntrospectAsync("orders", token));
        }
    }
}
