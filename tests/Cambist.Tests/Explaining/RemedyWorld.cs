using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist.Tests;

/// <summary>A registry, and requests that it refuses, explained.</summary>
static class RemedyWorld
{
    public const string Hash = "secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }";

    public const string Document = $$"""
        issuer: https://sts.example.com
        issuers:
          gitlab: { issuer: https://gitlab.example.com, tokens: id_token, kind: client, subject: "gitlab:{project_id}" }
          login: { issuer: https://login.example.com, tokens: { id_token: { audiences: [web, guid, server] }, access_token: { audiences: [web], scopes: [orders/read] } }, subject: "{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay] }
          deploy-api: { identifiers: https://deploy.example.com, scopes: deploy }
        clients:
          ci: { auth: none }
          web: { {{Hash}} }
          orders: { {{Hash}}, serves: orders }
          idle: { {{Hash}} }
          spa: { auth: none }
        deny:
          - { name: no-mallory, subject: { where: { sub: mallory } }, reason: she left }
        rules:
          - { name: production, clients: ci, subject: { issuer: gitlab, where: { environment: production, ref_protected: true } }, actor: none, targets: { deploy-api: deploy } }
          - { name: staging, clients: ci, subject: { issuer: gitlab, where: { environment: staging, ref_protected: true, team: blue } }, actor: none, targets: { deploy-api: deploy } }
          - { name: sign-in, clients: web, subject: { issuer: login, token_types: id_token }, actor: none, targets: { orders: read } }
          - { name: on-behalf, clients: orders, targets: { billing: { read: [orders/read], pay: orders/write } } }
        """;

    public static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);

    public sealed record Asked(string Client, string Issuer, string Type, string Claims, string? Target = null, string[]? Scopes = null);

    /// <summary>Steps 3 to 8 for a token whose claims are stated.</summary>
    public static Explanation Explain(Asked asked, string document = Document)
    {
        var registry = RegistryText.Load(document);
        var claims = Claims.Parse($$"""{"iat":1899999990,"exp":1900000300,{{asked.Claims}}}""");
        StatedToken.Resolve(asked.Issuer, asked.Type, TokenRole.Subject, claims, registry, Now).Gives(out var subject, out var denied).ShouldBeTrue(denied?.Detail);
        var walk = new Walk(registry, Now, GrantTypes.TokenExchange) { Client = registry.Clients[asked.Client], Subject = subject, ScopesAsked = asked.Scopes?.ToImmutableArray() };
        return WalkExplained.Of(walk, Decide(walk, asked.Target));
    }

    public static Denied? Decide(Walk walk, string? target)
    {
        if (Target.Read(walk, target is null ? RequestedTargets.None : new([], [target])) is { } unknown) return unknown;
        var input = walk.Decide(new() { Credentials = new(), SubjectToken = "", SubjectTokenType = "", Scopes = walk.ScopesAsked });
        if (!RuleSelection.Select(walk, input).Gives(out var selected, out var denied)) return denied;
        if (Entitlement.Check(input, selected, walk.Registry) is { } notEntitled) return notEntitled;
        if (!TokenDecision.Decide(input, selected).Gives(out var token, out denied)) return denied;
        walk.Token = token;
        return null;
    }

    public static Remedy In(Explanation explanation, RemedyPlace place) => In(explanation.Remedies, place);

    public static Remedy In(ImmutableArray<Remedy> remedies, RemedyPlace place) => remedies.First(remedy => remedy.Place == place);

    public static string Own(string clientId, string audience, string scope, string more = "") =>
        $$"""
        "iss":"https://sts.example.com","sub":"alice","client_id":"{{clientId}}","aud":"{{audience}}","jti":"AAAAAAAAAAAAAAAAAAAAAA","scope":"{{scope}}"{{more}}
        """;

    public static readonly Asked FromGitlab = new("ci", "gitlab", TokenTypes.IdToken, """
        "sub":"s","aud":"https://sts.example.com","project_id":4711,"environment":"production","ref_protected":"false"
        """, "deploy-api");
}
