using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cambist;

/// <summary><c>subject</c> and <c>actor</c> of a policy test: what a token says.</summary>
static class TestTokenMember
{
    static readonly TimeSpan DefaultLife = TimeSpan.FromHours(1);

    public static TestToken? Read(DocumentNode node, TokenRole role, RegisteredClient? caller, Registry registry, NodeReader nodes)
    {
        if (nodes.Map(node, "{ issuer: login, claims: { sub: ada } }") is not { } map) return null;
        var issuer = map.Require("issuer", "whose token it is: a name from issuers, or self") is { } name
            ? RegistryNames.Issuer(name, role == TokenRole.Subject, registry, nodes) : null;
        TestToken? token = issuer switch
        {
            null => null,
            ReservedNames.Self => Ours(map, caller, registry),
            ReservedNames.Impersonation => Minted(map, registry),
            _ => OfIssuer(map, registry.Issuers[issuer]),
        };
        if (issuer is not null) map.Done(); // which keys there are hangs on the issuer
        return token;
    }

    static IssuersTestToken? OfIssuer(MapReader map, TrustedIssuer issuer)
    {
        var declared = TokenKindNames.OfIssuers.Where(kind => issuer.Tokens.ContainsKey(TokenKindNames.Urn(kind))).ToArray();
        var type = map.Word("token_type", [.. TokenKindNames.OfIssuers]);
        if (map.Take("token_type") is null)
        {
            type = declared is [var only] ? only : null;
            if (type is null) map.Nodes.Error(map.Position, map.Path, $"token_type is missing, and {issuer.Name} gives several; write one of {ScopeNames.Written(declared.Length == 0 ? TokenKindNames.OfIssuers : declared)}");
        }

        var claims = Claims(map);
        var life = Life(map, claims, DefaultLife);
        return type is null || claims is null ? null : new(issuer, TokenKindNames.Urn(type), claims) { ExpiresIn = life };
    }

    static OurTestToken? Ours(MapReader map, RegisteredClient? caller, Registry registry)
    {
        var nodes = map.Nodes;
        map.Word("token_type", TokenKindNames.AccessToken);
        var kind = map.Word("kind", [.. SubjectMember.KindNames.Keys]) is { } word ? SubjectMember.KindNames[word] : SubjectKind.User;
        var client = map.Take("client") is { } id ? RegistryNames.Client(id, registry, nodes) : null;
        var target = map.Take("target") is { } named ? RegistryNames.Resource(named, registry, nodes) : null;
        var scopes = map.Texts("scopes", "scopes that the token holds");
        var act = map.Take("act") is { } chain ? nodes.TextsOrNone(chain, "names of actors, the newest first") : [];
        var claims = Claims(map);
        var life = Life(map, claims, DefaultLife);
        if (claims is null) return null;

        foreach (var (claim, member) in new[] { ("aud", "target"), ("client_id", "client"), ("scope", "scopes"), ("sub_kind", "kind"), ("act", "act") })
            NotTwice(map, claims, claim, member);
        if (claims.ContainsKey("iss")) nodes.Error(map.Take("claims")!, "says iss, which is ours in every token of self");
        if (map.Take("target") is null && !claims.ContainsKey("aud"))
        {
            target = caller?.Serves is [var served] ? served : null;
            if (target is null && caller is not null) nodes.Error(map.Position, map.Path, "target is missing; write the resource that the token is for, such as target: orders");
        }

        if (target is not null) RegistryNames.CheckScopes(scopes, [target], registry, nodes);
        return new(claims)
        {
            Kind = kind,
            Client = client,
            Target = target,
            Scopes = [.. scopes.Select(scope => scope.Value)],
            Act = [.. act.Select(actor => actor.Value)],
            ExpiresIn = life,
        };
    }

    static ImpersonationTestToken? Minted(MapReader map, Registry registry)
    {
        var nodes = map.Nodes;
        map.Word("token_type", TokenKindNames.ImpersonationToken);
        var client = map.Take("client") is { } id ? RegistryNames.Client(id, registry, nodes) : null;
        if (client is not null && MintChecks.OfClient(client) is { } unable) nodes.Error(map.Take("client")!, unable);
        var targets = map.Texts("target", "the resources that it was minted for").Select(name => RegistryNames.Resource(name, registry, nodes)?.Name).ToArray();
        var minter = map.Text("minted_by", "the sub of the administrator who minted it");
        var reason = map.Take("reason") is { } why ? Visible(why, "why it was minted", MintChecks.LongestReason, nodes) : null;
        var life = map.Duration("expires_in", "5m") ?? ImpersonationActs.LongestLife;
        if (life > ImpersonationActs.LongestLife) nodes.Error(map.Take("expires_in")!, $"an impersonation token can be redeemed for {Durations.Format(ImpersonationActs.LongestLife)} at most");
        if (map.Require("claims", "whom it stands for, such as claims: { sub: ada }") is not { } written || nodes.Map(written, "claims: { sub: ada, context: { ticket: T-1 } }") is not { } claims) return null;

        var sub = claims.Require("sub", "whom it stands for, such as sub: ada") is { } name ? Visible(name, "our name for whom it stands for", MintChecks.LongestName, nodes) : null;
        var context = Object(claims, "context");
        var mayAct = AsClaim(Object(claims, "may_act"));
        if (mayAct is { } who && MintChecks.OfMayAct(who, registry) is { } unmeetable) nodes.Error(claims.Take("may_act")!, unmeetable);
        claims.Done();
        foreach (var ours in MintedToken.OurContext.Where(ours => context?.ContainsKey(ours) == true))
            nodes.Error(claims.Take("context")!, $"'{ours}' of the context is ours; write {ours}: … beside claims");
        if (sub is null || targets.Contains(null)) return null;
        var minting = new MintRequest
        {
            Subject = sub,
            Reason = reason ?? "a policy test",
            Client = client?.Id,
            Targets = targets.Length == 0 ? null : [.. targets.Select(target => target!)],
            Claims = AsClaim(context),
            MayAct = mayAct,
        };
        return new(minting, minter is null ? Administrator.Bootstrap.Party : new(ReservedNames.Self, minter, null)) { ExpiresIn = life };
    }

    /// <summary>A text that an administrator could mint it with; what could not be minted is never redeemed.</summary>
    static string? Visible(DocumentNode node, string what, int longest, NodeReader nodes)
    {
        if (nodes.Text(node, what) is not { } text) return null;
        if (PlainText.Is(text, longest)) return text;
        nodes.Error(node, $"{PlainText.MustBe(longest)}, or it cannot be minted");
        return null;
    }

    /// <summary>Every token has a <c>sub</c>; one that is to lack it says so.</summary>
    static JsonObject? Claims(MapReader map)
    {
        if (map.Require("claims", "what the token says, such as claims: { sub: ada }") is not { } node || StatedClaims.Read(node, map.Nodes) is not { } claims) return null;
        if (!claims.ContainsKey("sub")) map.Nodes.Error(node, "sub is missing; write whose token it is, such as sub: ada (null for a token without)");
        return claims;
    }

    static TimeSpan Life(MapReader map, JsonObject? claims, TimeSpan otherwise)
    {
        var life = map.Duration("expires_in", "5m");
        NotTwice(map, claims, "exp", "expires_in");
        return life ?? otherwise;
    }

    static void NotTwice(MapReader map, JsonObject? claims, string claim, string member)
    {
        if (claims?.ContainsKey(claim) == true && map.Take(member) is { } node) map.Nodes.Error(node, $"the claims say {claim} too; keep one of them");
    }

    static JsonObject? Object(MapReader map, string key)
    {
        if (map.Take(key) is not { } node || StatedClaims.Read(node, map.Nodes) is not { } json) return null;
        if (Cambist.Claims.TryParse(JsonSerializer.SerializeToUtf8Bytes(json), out _, out var fault)) return json;
        map.Nodes.Error(node, $"is more than is read of a token: {fault}");
        return null;
    }

    static Claim? AsClaim(JsonObject? json) => json is null ? null : Cambist.Claims.Parse(JsonSerializer.SerializeToUtf8Bytes(json)).Root;
}
