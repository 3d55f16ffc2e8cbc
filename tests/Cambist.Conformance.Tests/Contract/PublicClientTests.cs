using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>A CI system without a secret: its ID token, made for us, is the proof.</summary>
public sealed class PublicClientWorld : World
{
    protected override string Registry => $$"""
        issuers:
          ci: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: [server, ci] } }, kind: client, subject: "ci:{project}" }
        resources: { deploy: { identifiers: https://deploy.example.com, scopes: [deploy, read] } }
        clients:
          ci: { auth: none, known_as: ci-there }
          off: { auth: none, disabled: true }
          ruleless: { auth: none }
          {{Client("web")}}
        rules:
          - { name: deploy, clients: [ci, off, web], subject: { issuer: ci, where: { ref: main } }, actor: none, default_target: true, targets: { deploy: deploy } }
        """;

    public string Token(TestServer server, Action<JsonObject>? change = null, TestKey? key = null) => Login.IdToken("job", server.Issuer, claims =>
    {
        (claims["project"], claims["ref"]) = (4711, "main");
        change?.Invoke(claims);
    }, key);
}

/// <summary>CA-19, JWT-31 and the contract's sentences on public clients.</summary>
public sealed class PublicClientTests(PublicClientWorld world) : IClassFixture<PublicClientWorld>
{
    Task<Answer> RefusedAsync(Reason precise, Action<JsonObject>? change = null, TestKey? key = null) =>
        world.RefusesAsync(Reason.SubjectInvalid, server => server.SendAsPublicAsync("ci", world.Token(server, change, key)), precise);

    [Fact]
    public async Task A_public_client_exchanges_a_token_addressed_to_us()
    {
        var answer = await world.GrantsAsync(server => server.SendAsPublicAsync("ci", world.Token(server)));
        (answer.Claims.Text("sub"), answer.Claims.Text("client_id"), answer.Claims.Text("scope")).ShouldBe(("ci:4711", "ci", "deploy"));
        answer.Claims.ContainsKey("act").ShouldBeFalse();
    }

    [Fact]
    public async Task JWT_31_every_failure_of_the_token_looks_the_same_to_a_public_client()
    {
        var answers = new List<Answer>
        {
            await RefusedAsync(Reason.SubjectSignatureInvalid, key: Keys.StrangeRsa),
            await RefusedAsync(Reason.SubjectExpired, claims => (claims["iat"], claims["exp"]) = (1, 2)),
            await RefusedAsync(Reason.SubjectAudienceMismatch, claims => claims["aud"] = "elsewhere"),
            await RefusedAsync(Reason.SubjectIssuerUntrusted, claims => claims["iss"] = "https://elsewhere.example.com"),
            await RefusedAsync(Reason.SubjectTypeMismatch, claims => claims["events"] = new JsonObject()),
            await RefusedAsync(Reason.SubjectSubMissing, claims => claims.Remove("sub")),
            await RefusedAsync(Reason.SubjectUnmappable, claims => claims.Remove("project")),
            await RefusedAsync(Reason.SubjectTooOld, claims => claims["iat"] = claims.Number("iat") - 4000),
            await RefusedAsync(Reason.SubjectNotYetValid, claims => claims["nbf"] = claims.Number("iat") + 1000),
            await RefusedAsync(Reason.SubjectActNotAccepted, claims => claims["act"] = new JsonObject { ["sub"] = "x" }),
            await RefusedAsync(Reason.SubjectActMalformed, claims => claims["act"] = "x"),
            await RefusedAsync(Reason.SubjectKeyBound, claims => claims["cnf"] = new JsonObject { ["jkt"] = "x" }),
            await RefusedAsync(Reason.SubjectAlgorithmUnsupported, key: TestKey.Hmac([1, 2, 3], "HS256", "rs256-1")),
            await RefusedAsync(Reason.SubjectKeyUnknown, claims => claims["iat"] = claims.Number("iat") - 100, key: Keys.Es256.As(keyId: "other")),
            await world.RefusesAsync(Reason.SubjectInvalid, server => server.SendAsPublicAsync("ci", "garbage"), Reason.SubjectMalformed),
        };
        answers.Select(answer => (string)answer.Json["error_description"]!).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task JWT_31_the_same_holds_of_an_actor_token()
    {
        foreach (var (token, precise) in new[] { ("garbage", Reason.ActorMalformed), (world.IdToken(), Reason.ActorIssuerUntrusted) })
            await world.RefusesAsync(Reason.ActorInvalid, server => server.SendAsPublicAsync("ci", world.Token(server), ("actor_token", token), ("actor_token_type", IdTokenType)), precise);
    }

    [Fact]
    public async Task Only_our_own_issuer_will_do_as_the_audience_of_a_public_client()
    {
        var answer = await RefusedAsync(Reason.SubjectNotForCaller, claims => claims["aud"] = "ci");
        DecisionId.TryParse(answer.DecisionId, out var id).ShouldBeTrue();
        (await world.Common.Engine.Store.Decisions.FindAsync(id, TestContext.Current.CancellationToken))!.Trace!
            .ShouldEndWith("client ci is public and may use only tokens addressed to this server."); // another known_as would not help
        await world.GrantsAsync(server => server.SendAsPublicAsync("ci", world.Token(server, claims => claims["aud"] = new JsonArray("ci", server.Issuer))));
    }

    [Fact]
    public async Task The_azp_of_an_id_token_names_the_public_client()
    {
        await world.GrantsAsync(server => server.SendAsPublicAsync("ci", world.Token(server, claims => claims["azp"] = "ci-there")));
        await RefusedAsync(Reason.SubjectNotForCaller, claims => claims["azp"] = "web");
    }

    [Fact]
    public async Task What_the_rules_say_of_a_genuine_token_is_no_secret()
    {
        await world.RefusesAsync(Reason.NoRule, server => server.SendAsPublicAsync("ci", world.Token(server, claims => claims["ref"] = "feature")));
        await world.RefusesAsync(Reason.ScopeNotGranted, server => server.SendAsPublicAsync("ci", world.Token(server), ("scope", "read")));
    }

    [Fact]
    public async Task CA_19_a_public_client_needs_a_rule_and_gets_no_other_grant()
    {
        await world.RefusesAsync(Reason.GrantNotAllowed, server => server.SendAsPublicAsync("ruleless", world.Token(server)));
        await world.RefusesAsync(Reason.GrantNotAllowed, server => server.PostAsync([("grant_type", "client_credentials"), ("client_id", "ci")]));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.SendAsPublicAsync("off", world.Token(server)));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.SendAsPublicAsync("nobody", world.Token(server)));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.SendAsPublicAsync("CI", world.Token(server)));
    }

    [Fact]
    public async Task A_confidential_client_is_never_taken_for_a_public_one_nor_the_reverse()
    {
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.SendAsPublicAsync("web", world.Token(server)));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.SendIdTokenAsync("ci", world.Token(server)));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.ExchangeAsync("ci", "", world.Token(server), "id_token"));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.SendAsPublicAsync("ci", world.Token(server), ("client_secret", "x")));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.PostAsync(TestServer.ExchangeForm(world.Token(server), "id_token")));
    }

    [Fact]
    public async Task An_access_token_of_ours_is_nothing_a_public_client_can_use() =>
        await world.RefusesAsync(Reason.NoRule, async server =>
            await server.PostAsync(TestServer.ExchangeForm((await server.SendAsPublicAsync("ci", world.Token(server))).AccessToken, "access_token", ("client_id", "ci"))));

    [Theory]
    [InlineData("clients: ci, subject: { issuer: login }, actor: none", "has a where")]
    [InlineData("clients: ci, subject: { issuer: login, where: { a: b } }", "actor: none")]
    [InlineData("clients: ci, actor: none", "our own tokens")]
    [InlineData("clients: ci, subject: { issuer: web-only, where: { a: b } }, actor: none", "not addressed to us")]
    [InlineData("clients: [web, ci], subject: { issuer: login }, actor: none", "has a where")]
    [InlineData("clients: \"*\", subject: { issuer: login }, actor: none", "has a where")]
    public async Task A_rule_that_would_give_tokens_to_anybody_does_not_load(string members, string message)
    {
        var failure = await Should.ThrowAsync<Exception>(() => TestServer.StartAsync(issuer => $$"""
            issuer: {{issuer}}
            issuers:
              login: { issuer: https://login.example.com, tokens: id_token, subject: "{sub}" }
              web-only: { issuer: https://other.example.com, tokens: { id_token: { audiences: web } }, subject: "o:{sub}" }
            resources: { deploy: { identifiers: https://deploy.example.com } }
            clients: { ci: { auth: none }, {{Client("web")}} }
            rules: [ { name: r, {{members}}, targets: { deploy: [] } } ]
            """));
        failure.Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("serves: deploy")]
    [InlineData("client_credentials: { deploy: [] }")]
    [InlineData("grants: client_credentials")]
    [InlineData("secrets: { value: a-secret-of-16-characters }")]
    public async Task A_public_client_with_more_than_exchange_does_not_load(string member) =>
        await Should.ThrowAsync<Exception>(() => TestServer.StartAsync(issuer => $$"""
            issuer: {{issuer}}
            resources: { deploy: { identifiers: https://deploy.example.com } }
            clients: { ci: { auth: none, {{member}} } }
            """));
}
