using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Attack.Tests.Registries;

namespace Cambist.Attack.Tests.Peers;

/// <summary>
/// Dex GHSA-7qjx-gp9h-65qj: a list of who may do what was enforced on one grant and forgotten on another. Each way of getting a
/// token or news of one, against each way of forbidding it; each is allowed before, so that it is the prohibition that is seen.
/// </summary>
public sealed class EveryGrantTests
{
    /// <summary>Ways to use what <c>api</c> has; each sends one request.</summary>
    static readonly Dictionary<string, Func<Holdings, Task<Answer>>> Ways = new()
    {
        ["own JWT"] = have => have.Arena.OnAsync("api", have.OwnJwt, "billing"),
        ["own opaque"] = have => have.Arena.OnAsync("api", have.OwnOpaque, "billing"),
        ["external JWT"] = have => have.Arena.OnAsync("api", have.External, "billing"),
        ["introspected"] = have => have.Arena.OnAsync("api", have.Introspected, "billing"),
        ["resolved"] = have => have.Arena.OnAsync("api", have.Resolved, "billing"),
        ["actor token"] = have => have.Arena.OnAsync("api", have.OwnJwt, "billing", ("actor_token", have.Actor), ("actor_token_type", TestServer.TokenType("access_token"))),
        ["ID token"] = have => have.Arena.ExchangeAsync("api", have.IdToken, "id_token", ("audience", "billing")),
        ["impersonation"] = have => have.Arena.ExchangeAsync("api", have.Minted.Dequeue(), "urn:cambist:token-type:impersonation_token", ("audience", "billing")),
        ["impersonation by Logto's name"] = have => have.Arena.ExchangeAsync("api", have.Minted.Dequeue(), "urn:logto:token-type:impersonation_token", ("audience", "billing")),
        ["refresh"] = have => have.RefreshAsync(),
        ["refresh token as subject"] = have => have.Arena.ExchangeAsync("api", have.Refreshing, "refresh_token", ("audience", "other")),
        ["client credentials"] = have => have.Arena.ForItselfAsync("api", ("audience", "billing")),
        ["client credentials by default"] = have => have.Arena.ForItselfAsync("api"),
        ["introspection"] = have => have.Arena.SendAsync("/introspect", "api", ("token", have.OwnJwt)),
        ["revocation"] = have => have.Arena.SendAsync("/revoke", "api", ("token", have.Billing)),
    };

    static readonly string[] OfRefresh = ["refresh", "refresh token as subject"];
    static readonly string[] OfSubject = [.. OfRefresh, "own JWT", "own opaque", "external JWT", "introspected", "resolved", "actor token", "ID token", "impersonation", "impersonation by Logto's name"];
    static readonly string[] OfClient = ["client credentials", "client credentials by default"];

    const string Api = "serves: [orders, vault], client_credentials: { billing: read }";

    static string Registry(Arena arena) => $$"""
        {{Issuers(arena)}}
        resources:
          orders:  { identifiers: {{Arena.Orders}}, scopes: [read, write] }
          vault:   { identifiers: {{Arena.Vault}}, scopes: [read, write], token: { format: opaque } }
          billing: { identifiers: {{Arena.Billing}}, scopes: [read, pay] }
          other:   { identifiers: https://other.example.com }
        clients:
          {{Client("web")}}
          {{Client("api", Api)}}
        deny:
          - { name: none-yet, subject: { where: { sub: nobody } }, reason: nobody }
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write], vault: [read, write] } }
          - { name: with-actor, clients: api, subject: { kind: [user, client, impersonated] }, actor: { issuer: partner }, targets: { billing: { read: true } } }
          - { name: "on", clients: api, subject: { issuer: [self, login, partner, opaque, legacy], kind: [user, client, impersonated] }, refresh: { lifetime: 1h }, targets: { billing: { read: true } } }
          - { name: minted, clients: [api, web], subject: { issuer: impersonation }, targets: { billing: { read: true }, other: [] } }
          - { name: again, clients: api, subject: { token_types: refresh_token }, targets: { other: [] } }
          - { name: elsewhere, clients: api, subject: { issuer: [self, login], kind: [user, client, impersonated] }, targets: { other: [] } }
        """;

    /// <summary>Forbids something to an arena where all of it worked; the ways that must end, and the reasons they may end for.</summary>
    static async Task ForbidAsync(Func<Arena, Task> forbid, string[] ending, params Reason[] reasons)
    {
        await using var arena = await Arena.StartAsync(Registry);
        var have = await Holdings.OfAsync(arena);
        foreach (var (name, way) in Ways)
            if (name != "revocation") (await way(have)).Status.ShouldBe(System.Net.HttpStatusCode.OK, name);

        await forbid(arena);

        foreach (var (name, way) in Ways)
        {
            var answer = await way(have);
            if (!ending.Contains(name)) answer.Status.ShouldBe(System.Net.HttpStatusCode.OK, $"{name}: {answer.Body}");
            else reasons.Select(reason => reason.WireName()).ShouldContain(answer.Reason, $"{name}: {answer.Status} {answer.Body}");
        }
    }

    [Fact]
    public async Task A_client_that_is_disabled_uses_no_grant_and_no_endpoint() =>
        await ForbidAsync(arena => arena.Server.EditRegistryAsync(Api, Api + ", disabled: true"), [.. Ways.Keys], Reason.ClientAuthenticationFailed);

    [Fact]
    public async Task A_client_that_has_another_secret_now_uses_no_grant_and_no_endpoint_with_the_old_one() =>
        await ForbidAsync(
            // The store keeps the old document, and whoever looks through it for secrets must know that it stood there in clear.
            arena => arena.Server.EditRegistryAsync(text => text.Replace(Requests.SecretOf("api"), "another-secret-of-api-9876543210", StringComparison.Ordinal) + $"\n# before: {Requests.SecretOf("api")}\n"),
            [.. Ways.Keys], Reason.ClientAuthenticationFailed);

    [Fact]
    public async Task What_is_denied_to_a_client_is_denied_by_every_grant() =>
        await ForbidAsync(
            arena => arena.Server.EditRegistryAsync("subject: { where: { sub: nobody } }", "clients: api, targets: billing"), [.. OfSubject, .. OfClient], Reason.Denied);

    [Fact]
    public async Task Who_is_denied_is_denied_in_every_form_that_says_the_same_name() =>
        await ForbidAsync(
            arena => arena.Server.EditRegistryAsync("sub: nobody", "sub: alice"), OfSubject, Reason.Denied);

    [Fact]
    public async Task A_target_that_no_rule_gives_any_more_is_given_by_no_form_of_token() =>
        await ForbidAsync(
            arena => arena.Server.EditRegistryAsync(text => text.Replace("targets: { billing: { read: true } }", "targets: { other: [] }", StringComparison.Ordinal).Replace("{ billing: { read: true }, other: [] }", "{ other: [] }", StringComparison.Ordinal)),
            OfSubject, Reason.TargetNotAllowed);

    [Fact]
    public async Task A_list_of_grants_shuts_the_others_whatever_rules_and_blocks_say()
    {
        await ForbidAsync(arena => arena.Server.EditRegistryAsync(Api, Api + ", grants: client_credentials"), OfSubject, Reason.GrantNotAllowed);
        await ForbidAsync(arena => arena.Server.EditRegistryAsync(Api, Api + ", grants: token_exchange"), [.. OfClient, .. OfRefresh], Reason.GrantNotAllowed);
    }

    /// <summary>Revocations of subjects go by our names for them: the same alice of another issuer is somebody else.</summary>
    [Fact]
    public async Task A_subject_that_is_revoked_is_revoked_in_every_form() =>
        await ForbidAsync(
            async arena =>
            {
                foreach (var subject in new[] { "alice", "partner:alice", "opaque:alice", "legacy:alice" }) await arena.RevokeAsync("subject", subject);
            },
            OfSubject, Reason.SubjectRevoked, Reason.RefreshTokenRevoked);

    [Fact]
    public async Task An_issuer_that_is_revoked_takes_along_whatever_came_from_it()
    {
        await ForbidAsync(arena => arena.RevokeAsync("issuer", "login"), [.. OfRefresh, "own JWT", "own opaque", "actor token", "ID token"], Reason.SubjectRevoked, Reason.RefreshTokenRevoked);
        await ForbidAsync(arena => arena.RevokeAsync("issuer", "partner"), ["external JWT", "actor token"], Reason.SubjectRevoked, Reason.ActorRevoked);
    }

    /// <summary>What <c>api</c> and <c>web</c> have before anything is forbidden.</summary>
    sealed record Holdings(Arena Arena, string OwnJwt, string OwnOpaque, string External, string Introspected, string Resolved, string Actor, string IdToken, string Billing, Queue<string> Minted)
    {
        /// <summary>A refresh token for billing, the newest.</summary>
        public required string Refreshing { get; set; }

        public async Task<Answer> RefreshAsync()
        {
            var answer = await Arena.SendAsync("/token", "api", ("grant_type", "refresh_token"), ("refresh_token", Refreshing));
            if (answer.Status == System.Net.HttpStatusCode.OK) Refreshing = answer.RefreshToken;
            return answer;
        }

        public static async Task<Holdings> OfAsync(Arena arena)
        {
            var jwt = await arena.SignInAsync();
            var billing = (await arena.OnAsync("api", jwt, "billing")).ShouldBeGranted();
            return new(
                arena, jwt, await arena.SignInAsync("vault"),
                await arena.IssueAsync(Forms.External, "read"), await arena.IssueAsync(Forms.Introspected, "read"), await arena.IssueAsync(Forms.Resolved, "read"),
                arena.Partner.AccessToken("bob", Arena.Orders, "read", "x"), arena.IdToken(audience: arena.Server.Issuer),
                billing.AccessToken,
                new([await arena.MintAsync("alice"), await arena.MintAsync("alice"), await arena.MintAsync("alice"), await arena.MintAsync("alice")])) // each is spent, before and after
            {
                Refreshing = billing.RefreshToken,
            };
        }
    }
}
