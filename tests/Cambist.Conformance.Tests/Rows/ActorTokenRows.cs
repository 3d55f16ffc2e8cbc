using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>Issuers trusted for subjects, for actors, and for both.</summary>
public sealed class ActorsWorld : World
{
    public TestIssuer Agents { get; private set; } = null!;

    public TestIssuer Both { get; private set; } = null!;

    protected override string Registry => $$"""
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
          agents:
            issuer: {{Agents.Issuer}}
            roles: actor
            tokens: { id_token: { audiences: web }, access_token: { audiences: web }, jwt: { audiences: agents-of-web } }
            where: { team: blue }
            subject: "agent:{name}"
          both: { issuer: {{Both.Issuer}}, roles: [subject, actor], tokens: { id_token: { audiences: web } }, subject: "both:{sub}" }
        resources: { orders: { identifiers: https://orders.example.com } }
        clients: { {{Client("web", "known_as: agents-of-web")}} }
        rules: [ { name: sign-in, clients: web, subject: { issuer: [login, both] }, actor: none, default_target: true, targets: { orders: [] } } ]
        """;

    public override async ValueTask InitializeAsync()
    {
        (Agents, Both) = (await TestIssuer.StartAsync([Keys.Es256]), await TestIssuer.StartAsync([Keys.Es384]));
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Agents.DisposeAsync();
        await Both.DisposeAsync();
    }

    /// <summary>Alice's ID token with an actor token beside it.</summary>
    public Task<Answer> SendAsync(TestServer server, string actorToken, string type = IdTokenType) =>
        server.SendIdTokenAsync("web", IdToken(), ("actor_token", actorToken), ("actor_token_type", type));

    /// <summary>A genuine token of an agent.</summary>
    public string Agent(Action<JsonObject>? change = null, TestKey? key = null) => Agents.IdToken("bot", "web", claims =>
    {
        (claims["team"], claims["name"]) = ("blue", "bot");
        change?.Invoke(claims);
    }, key);
}

/// <summary>TX-08 and DL-10: what is sent as an actor token is judged as strictly as a subject token.</summary>
public sealed class ActorTokenRows(ActorsWorld world) : IClassFixture<ActorsWorld>
{
    Task<Answer> RefusedAsync(Reason reason, string token, string type = IdTokenType) => world.RefusesAsync(reason, server => world.SendAsync(server, token, type));

    Task<Answer> RefusedAsync(Reason reason, Action<JsonObject> change) => RefusedAsync(reason, world.Agent(change));

    [Fact]
    public async Task TX_08_an_actor_token_declared_to_be_another_kind_is_refused()
    {
        await RefusedAsync(Reason.ActorTypeMismatch, world.Agent(), AccessTokenType);
        await RefusedAsync(Reason.ActorAudienceMismatch, world.Agent(), JwtType);
        await RefusedAsync(Reason.ActorTypeMismatch, world.Agents.AccessToken("bot", "web", "", "web"));
        var workload = world.Agents.IdTokenClaims("bot", "agents-of-web");
        foreach (var type in new[] { "txntoken+jwt", "at+jwt", "logout+jwt" })
            await RefusedAsync(Reason.ActorTypeMismatch, TestJwt.Sign(workload, Keys.Es256, type).ToString(), JwtType);
        await RefusedAsync(Reason.ActorTokenTypeUnsupported, world.Agent(), "urn:ietf:params:oauth:token-type:refresh_token");
    }

    [Fact]
    public async Task TX_08_an_actor_token_passes_every_check_of_a_subject_token()
    {
        await RefusedAsync(Reason.ActorSignatureInvalid, world.Agent(key: Keys.Strange));
        await RefusedAsync(Reason.ActorKeyUnknown, world.Agent(claims => claims["iat"] = claims.Number("iat") - 600, Keys.Es256.As(keyId: "other")));
        await RefusedAsync(Reason.ActorAlgorithmUnsupported, world.Agent(key: TestKey.Hmac([1, 2, 3], "HS256", "es256-1")));
        await RefusedAsync(Reason.ActorMalformed, world.Agent() + "=");
        await RefusedAsync(Reason.ActorExpired, claims => (claims["iat"], claims["exp"]) = (1, 2));
        await RefusedAsync(Reason.ActorNotYetValid, claims => claims["nbf"] = claims.Number("iat") + 1000);
        await RefusedAsync(Reason.ActorIssuedInFuture, claims => (claims["iat"], claims["exp"]) = (claims.Number("iat") + 1000, claims.Number("iat") + 2000));
        await RefusedAsync(Reason.ActorTooOld, claims => claims["iat"] = claims.Number("iat") - 4000);
        await RefusedAsync(Reason.ActorAudienceMismatch, claims => claims["aud"] = "other");
        await RefusedAsync(Reason.ActorClaimInvalid, claims => claims.Remove("exp"));
        await RefusedAsync(Reason.ActorSubMissing, claims => claims.Remove("sub"));
        await RefusedAsync(Reason.ActorUnmappable, claims => claims.Remove("name"));
        await RefusedAsync(Reason.ActorConditionFailed, claims => claims["team"] = "red");
        await RefusedAsync(Reason.ActorActNotAccepted, claims => claims["act"] = new JsonObject { ["sub"] = "x" });
        await RefusedAsync(Reason.ActorActMalformed, claims => claims["act"] = "x");
        await RefusedAsync(Reason.ActorIssuerUntrusted, claims => claims["iss"] = "https://elsewhere.example.com");
        await RefusedAsync(Reason.ActorUnknown, "cbt_0123456789", AccessTokenType);
    }

    [Fact]
    public async Task DL_10_an_issuer_is_trusted_in_the_roles_that_it_has_and_in_no_other()
    {
        await RefusedAsync(Reason.ActorIssuerUntrusted, world.IdToken());
        await world.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendIdTokenAsync("web", world.Agent()));
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.Both.IdToken("alice", "web")));

        // Genuine as actor tokens; but no rule takes one, and it is never left out in silence.
        foreach (var token in new[] { world.Agent(), world.Both.IdToken("bot", "web") }) await RefusedAsync(Reason.NoRule, token);
    }

    [Fact]
    public async Task TX_08_a_good_actor_token_makes_no_bad_subject_token_good() =>
        await world.RefusesAsync(Reason.SubjectExpired, server => server.SendIdTokenAsync(
            "web", world.IdToken(claims => (claims["iat"], claims["exp"]) = (1, 2)), ("actor_token", world.Agent()), ("actor_token_type", IdTokenType)));
}
