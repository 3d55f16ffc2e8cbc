using System.Net;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Refresh tokens beside their grant: exchanged, asked about, revoked, looked up.</summary>
public sealed class RefreshTokenTests(RefreshWorld world)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<Answer> ExchangeAsync(TestServer server, string client, string token, params (string, string)[] more) =>
        server.ExchangeAsync(client, SecretOf(client), token, "refresh_token", more.Length > 0 ? more : [("audience", "audit")]);

    [Fact]
    public async Task TX_11_a_refresh_token_is_a_subject_token_where_a_rule_lists_it_and_is_not_consumed()
    {
        foreach (var server in world.Both)
        {
            var signedIn = await world.SignInAsync(server);
            var answer = await ExchangeAsync(server, "web", signedIn.RefreshToken);
            (answer.Claims.Text("sub"), answer.Claims.Text("aud"), answer.Claims.Text("scope")).ShouldBe(("login:alice", "https://audit.example.com", "look"));
            answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"web"}""");
            var branch = signedIn.Claims.Text("jti")[..signedIn.Claims.Text("jti").LastIndexOf('.')];
            answer.Claims.Text("jti").ShouldStartWith(branch + ".");
            (await ExchangeAsync(server, "web", signedIn.RefreshToken)).AccessToken.ShouldNotBeEmpty();
            (await server.RefreshAsync("web", signedIn.RefreshToken)).AccessToken.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task TX_11_it_must_be_current_the_clients_own_and_listed()
    {
        await world.RefusesAsync(Reason.SubjectTokenTypeUnsupported, async server => await ExchangeAsync(server, "other", (await world.SignInAsync(server, "other")).RefreshToken));
        await world.RefusesAsync(Reason.SubjectUnknown, async server => await ExchangeAsync(server, "web", (await world.SignInAsync(server, "other")).RefreshToken));
        await world.RefusesAsync(Reason.SubjectUnknown, server => ExchangeAsync(server, "web", "cbr_x"));
        await world.RefusesAsync(Reason.SubjectUnknown, async server => await ExchangeAsync(server, "web", (await world.SignInAsync(server)).AccessToken));
        await world.RefusesAsync(Reason.SubjectUnknown, async server => await server.SendAccessTokenAsync("web", (await world.SignInAsync(server)).RefreshToken, ("audience", "audit")));
        await world.RefusesAsync(Reason.TargetNotAllowed, async server => await ExchangeAsync(server, "web", (await world.SignInAsync(server)).RefreshToken, ("audience", "billing")));
        await world.RefusesAsync(Reason.NoRule, async server => await ExchangeAsync(server, "web", (await world.SignInAsync(server)).RefreshToken, ("audience", "orders")));

        var current = new Dictionary<TestServer, string>();
        await world.RefusesAsync(Reason.SubjectUsedUp, async server =>
        {
            var old = (await world.SignInAsync(server)).RefreshToken;
            current[server] = (await server.RefreshAsync("web", old)).RefreshToken;
            return await ExchangeAsync(server, "web", old);
        });
        await world.RefusesAsync(Reason.SubjectRevoked, server => ExchangeAsync(server, "web", current[server])); // showing an old one ended the branch
    }

    [Fact]
    public async Task A_rule_that_names_no_token_types_takes_no_refresh_token()
    {
        await using var own = await AdHocWorld.StartAsync(login => RefreshWorld.RegistryOf(login)
            + "\n  - { name: any-of-ours, clients: web, actor: none, targets: { billing: { read: true } } }");
        await own.RefusesAsync(Reason.NoRule, async server => await ExchangeAsync(
            server, "web", (await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"))).RefreshToken, ("audience", "billing")));
    }

    [Fact]
    public async Task IN_03_its_client_alone_is_told_of_a_refresh_token()
    {
        foreach (var server in world.Both)
        {
            var signedIn = await world.SignInAsync(server);
            foreach (var hint in new[] { "refresh_token", "access_token", "junk" })
            {
                var told = (await server.IntrospectAsync("web", signedIn.RefreshToken, ("token_type_hint", hint))).Json;
                (told["active"]!.GetValue<bool>(), told.Text("sub"), told.Text("client_id"), told.Text("scope"), told.Text("token_type")).ShouldBe((true, "login:alice", "web", "read write", "N_A"));
                (told.Number("exp") - told.Number("iat")).ShouldBe(8 * 3600);
                signedIn.Claims.Text("jti").ShouldStartWith(told.Text("jti") + ".");
            }

            foreach (var client in new[] { "orders", "other" }) (await server.IntrospectAsync(client, signedIn.RefreshToken)).Body.ShouldBe("""{"active":false}""");
            var next = await server.RefreshAsync("web", signedIn.RefreshToken);
            (await server.IntrospectAsync("web", signedIn.RefreshToken)).Body.ShouldBe("""{"active":false}""");
            (await RefreshWorld.IsActiveAsync(server, "web", next.RefreshToken)).ShouldBeTrue();
            (await server.IntrospectAsync("web", "cbr_" + new string('A', 43))).Body.ShouldBe("""{"active":false}""");
        }
    }

    [Theory]
    [InlineData("refresh_token", false)]
    [InlineData("access_token", false)]
    [InlineData("junk", true)] // an old one, too: who signs out with it means all of it
    public async Task RV_04_RV_06_revoking_a_refresh_token_ends_all_beneath_whatever_the_hint(string hint, bool isOld)
    {
        foreach (var server in world.Both)
        {
            var first = await world.SignInAsync(server);
            var second = await server.RefreshAsync("web", first.RefreshToken);
            var billing = await server.SendAccessTokenAsync("orders", second.AccessToken, ("audience", "billing"));
            var revoked = await server.RevokeAsync("web", isOld ? first.RefreshToken : second.RefreshToken, ("token_type_hint", hint));
            (revoked.Status, revoked.Body).ShouldBe((HttpStatusCode.OK, ""));
            (await server.RefreshAsync("web", second.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
            (await server.RefreshAsync("orders", billing.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
            foreach (var token in new[] { first.AccessToken, second.AccessToken }) (await RefreshWorld.IsActiveAsync(server, "orders", token)).ShouldBeFalse();
            (await RefreshWorld.IsActiveAsync(server, "billing", billing.AccessToken)).ShouldBeFalse();
            (await server.RevokeAsync("web", second.RefreshToken)).Status.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task RV_03_another_clients_refresh_token_is_not_revoked()
    {
        var tokens = new Dictionary<TestServer, string>();
        foreach (var server in world.Both) tokens[server] = (await world.SignInAsync(server)).RefreshToken;
        await world.RefusesAsync(Reason.TokenNotOfCaller, server => server.RevokeAsync("other", tokens[server]));
        await world.GrantsAsync(server => server.RefreshAsync("web", tokens[server]));
    }

    [Fact]
    public async Task RV_06_revoking_an_access_token_leaves_the_refresh_token_alone()
    {
        foreach (var server in world.Both)
        {
            var first = await world.SignInAsync(server);
            await server.RevokeAsync("web", first.AccessToken);
            (await server.RefreshAsync("web", first.RefreshToken)).AccessToken.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task The_admin_api_knows_the_branch_and_revokes_it()
    {
        var server = world.Common;
        var first = await world.SignInAsync(server);
        var second = await server.RefreshAsync("web", first.RefreshToken);
        var jti = first.Claims.Text("jti");
        var branch = jti[..jti.LastIndexOf('.')];
        var known = (await server.AdminGetAsync($"/tokens/{branch}")).Json;
        known["descendants"]!.AsArray().Select(entry => entry!["jti"]!.GetValue<string>()).ShouldBe([jti, second.Claims.Text("jti")], ignoreOrder: true);
        (await server.AdminAsync(HttpMethod.Delete, $"/tokens/{branch}")).Status.ShouldBe(HttpStatusCode.NoContent);
        (await server.RefreshAsync("web", second.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
    }

    [Theory]
    [InlineData(RevocationKind.Subject, "login:alice")]
    [InlineData(RevocationKind.Client, "web")]
    [InlineData(RevocationKind.Issuer, "login")]
    public async Task RV_05_a_revoked_subject_client_or_issuer_cannot_refresh(RevocationKind kind, string value)
    {
        await using var own = await AdHocWorld.StartAsync(RefreshWorld.RegistryOf);
        var signedIn = await own.Common.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"));
        var billing = await own.Common.SendAccessTokenAsync("orders", signedIn.AccessToken, ("audience", "billing"));
        await own.Common.Engine.Store.Ledger.RevokeAsync(new(kind, value, 0, "a test", 0), Cancel);
        (await own.Common.RefreshAsync("web", signedIn.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
        (await own.Common.RefreshAsync("orders", billing.RefreshToken)).Reason.ShouldBe("refresh_token_revoked"); // for its subject token would be, too
        (await RefreshWorld.IsActiveAsync(own.Common, "web", signedIn.RefreshToken)).ShouldBeFalse();
    }
}
