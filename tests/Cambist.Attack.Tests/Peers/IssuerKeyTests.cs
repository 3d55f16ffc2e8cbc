using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Peers;

/// <summary>Keys of issuers that were kept, mixed up or fetched on anybody's word: vault #181 and #9912, octo-sts.</summary>
public sealed class IssuerKeyTests
{
    static readonly TestKey First = TestKey.Create("ES256", "first"), Second = TestKey.Create("ES256", "second"), Unheard = TestKey.Create("ES256", "unheard-of");

    static Task<Answer> SignInAsync(Arena arena, TestIssuer issuer, TestKey key) =>
        arena.ExchangeAsync("web", issuer.IdToken("alice", "web", key: key), "id_token", ("audience", "orders"));

    [Fact]
    public async Task A_rotation_needs_no_restart_and_what_was_withdrawn_is_no_longer_believed()
    {
        await using var arena = await Arena.StartAsync();
        arena.Login.Publish(First);
        (await SignInAsync(arena, arena.Login, First)).ShouldBeGranted();
        arena.Login.Publish(Second);
        arena.Clock.Advance(TimeSpan.FromSeconds(31));
        (await SignInAsync(arena, arena.Login, Second)).ShouldBeGranted();
        (await SignInAsync(arena, arena.Login, First)).ShouldBeRefused(Reason.SubjectKeyUnknown, Reason.IssuerKeysUnavailable);
    }

    [Fact]
    public async Task A_thousand_unknown_kids_are_one_fetch_an_interval_and_hurt_nobody()
    {
        await using var arena = await Arena.StartAsync();
        arena.Login.Publish(First);
        (await SignInAsync(arena, arena.Login, First)).ShouldBeGranted();
        var before = arena.Login.Requests;
        await Parallel.ForEachAsync(Enumerable.Range(0, 1000), TestContext.Current.CancellationToken, async (i, _) =>
            (await SignInAsync(arena, arena.Login, Unheard.As(keyId: $"kid-{i}"))).ShouldBeRefused(Reason.SubjectKeyUnknown, Reason.IssuerKeysUnavailable));
        (arena.Login.Requests - before).ShouldBeLessThanOrEqualTo(2, "a discovery document and a key set");
        (await SignInAsync(arena, arena.Login, First)).ShouldBeGranted();
    }

    [Fact]
    public async Task Keys_of_an_address_that_the_registry_no_longer_names_are_dropped()
    {
        await using var arena = await Arena.StartAsync(arena => $$"""
            issuers: { login: { issuer: {{arena.Login.Issuer}}, jwks_uri: {{arena.Login.Issuer}}/jwks, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
            resources: { orders: { identifiers: {{Arena.Orders}}, scopes: [read] } }
            clients: { {{Registries.Client("web")}} }
            rules: [ { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: read } } ]
            """);
        arena.Login.Publish(First);
        arena.Partner.Publish(Second);
        (await SignInAsync(arena, arena.Login, First)).ShouldBeGranted();
        await arena.Server.EditRegistryAsync($"{arena.Login.Issuer}/jwks", $"{arena.Partner.Issuer}/jwks");
        arena.Clock.Advance(TimeSpan.FromSeconds(31));
        (await SignInAsync(arena, arena.Login, First)).ShouldBeRefused(Reason.SubjectKeyUnknown, Reason.IssuerKeysUnavailable);
        (await SignInAsync(arena, arena.Login, Second)).ShouldBeGranted();
    }

    [Fact]
    public async Task Nobody_makes_the_server_ask_an_issuer_that_is_not_configured()
    {
        await using var arena = await Arena.StartAsync();
        await using var stranger = await TestIssuer.StartAsync([First], clock: arena.Clock);
        foreach (var type in new[] { "id_token", "access_token", "jwt" })
        {
            foreach (var (client, typ) in new[] { ("web", "JWT"), ("api", "at+jwt") })
            {
                var claims = stranger.AccessTokenClaims("alice", Arena.Orders, "read", "x");
                foreach (var token in new[]
                {
                    TestJwt.Sign(claims, First, typ).ToString(),
                    TestJwt.Sign($$"""{"alg":"ES256","kid":"first","typ":"{{typ}}","jku":"{{stranger.Issuer}}/jwks","x5u":"{{stranger.Issuer}}/jwks"}""", claims.ToJsonString(), First).ToString(),
                })
                {
                    (await arena.ExchangeAsync(client, token, type, ("audience", "orders"))).ShouldBeRefused(Reason.SubjectIssuerUntrusted);
                    (await arena.OnAsync("api", await arena.SignInAsync(), "billing", ("actor_token", token), ("actor_token_type", TestServer.TokenType(type)))).ShouldBeRefused(Reason.ActorIssuerUntrusted);
                    (await arena.SendAsync("/introspect", "api", ("token", token))).ShouldBeGranted().Body.ShouldBe("""{"active":false}""");
                }
            }
        }

        stranger.Requests.ShouldBe(0);
    }

    /// <summary>OpenIddict #1819: a revocation loaded and updated every row beneath it.</summary>
    [Fact]
    public async Task One_revocation_ends_a_hundred_descendants_of_any_depth_and_leaves_the_siblings()
    {
        await using var arena = await Arena.StartAsync();
        var (root, sibling) = (await arena.SignInAsync(), await arena.SignInAsync());
        var tokens = new List<string> { root };
        foreach (var i in Enumerable.Range(0, 100)) tokens.Add((await arena.OnAsync("api", tokens[i / 10], "orders")).ShouldBeGranted().AccessToken);
        await arena.RevokeAsync("id", TestJwt.Parse(root).Claims.Text("jti"));
        foreach (var token in tokens)
        {
            (await arena.IsActiveAsync("api", token)).ShouldBeFalse();
            (await arena.OnAsync("api", token, "billing")).ShouldBeRefused(Reason.SubjectRevoked);
        }

        (await arena.IsActiveAsync("api", sibling)).ShouldBeTrue();
    }
}
