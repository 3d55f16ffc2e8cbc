using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>What another issuer says of a token, once it is known to be that issuer's word: who the subject is here, what it holds, who acted.</summary>
internal static class ExternalToken
{
    /// <summary>Judges claims that are the issuer's own and gives the token they describe.</summary>
    /// <param name="claims">The claims: of a JWT whose signature was checked, or of an introspection answer.</param>
    /// <param name="issuer">Whose word they are.</param>
    /// <param name="kind">As what kind of token.</param>
    /// <param name="times">The times, judged.</param>
    /// <param name="root">Its lineage root.</param>
    /// <param name="registry">The registry in force.</param>
    public static Result<ResolvedToken> Read(Claims claims, TrustedIssuer issuer, TrustedTokenKind kind, TokenTimes times, string root, Registry registry)
    {
        if (SubjectNames.CheckSub(claims) is { } noSub) return noSub;
        if (issuer.Where.FirstUnmet(claims) is { } unmet)
            return new Denied(Reason.SubjectConditionFailed, $"issuers.{issuer.Name}.where: {unmet.Path} {unmet.Condition.Describe()}, the token says {Trace.Show(claims, unmet.Path)}");
        if (ReadChain(claims, issuer, out var chain) is { } chainFault) return chainFault;
        if (SubjectNames.Map(issuer, claims, registry, out var name) is { } unmappable) return unmappable;
        ImmutableArray<ScopeAt>? scopes = null;
        if (kind.TokenType == TokenTypes.AccessToken || issuer.IsResolver)
        {
            if (ReadScopes(claims, kind, out var held) is { } scopeFault) return scopeFault;
            scopes = held;
        }

        return new ResolvedToken
        {
            TokenType = kind.TokenType,
            IssuerName = issuer.Name,
            Issuer = issuer,
            Subject = name,
            Kind = issuer.Kind,
            Claims = claims,
            ExpiresAt = times.ExpiresAt,
            HeldScopes = scopes,
            Act = chain,
            Lineage = new TokenLineage(root, name, Client: null, issuer.Name, (times.IssuedAt ?? 0) * 1000, IsExternal: true), // without iat it may be as old as any revocation
        };
    }

    public static bool IsTrustedFor(TrustedIssuer issuer, TokenRole role) =>
        role == TokenRole.Subject ? issuer.IsTrustedForSubjects : issuer.IsTrustedForActors;

    /// <summary>OpenID Connect Back-Channel Logout 1.0 §2.4 and RFC 8417 §2.2: what has <c>events</c> tells of something, and signs nobody in.</summary>
    public static Denied? CheckEvents(Claims claims, TrustedTokenKind kind) =>
        kind.TokenType == TokenTypes.IdToken && claims.TryGet("events"u8, out _)
            ? new(Reason.SubjectTypeMismatch, "the token has events: a logout or security event token is no ID token")
            : null;

    /// <summary>One of the kind's audiences must be in <c>aud</c>; of an ID token every one (OpenID Connect Core §3.1.3.7, 3).</summary>
    public static Denied? CheckAudience(Claims claims, TrustedTokenKind kind)
    {
        var matched = 0;
        var others = 0;
        if (!Audience.IsWellFormed(claims, out var aud)) return new(Reason.SubjectClaimInvalid, "aud is no string and no array of strings");
        foreach (var audience in Audience.Of(aud))
            if (ClaimText.IsIn(audience, kind.Audiences)) matched++;
            else others++;

        if (matched > 0 && (others == 0 || kind.TokenType != TokenTypes.IdToken)) return null;
        return new(Reason.SubjectAudienceMismatch, $"{(matched > 0 ? "aud holds other values besides" : "aud does not hold")} {Alternatives(kind.Audiences)}, which the registry takes from this issuer");
    }

    static Denied? ReadChain(Claims claims, TrustedIssuer issuer, out ActorChain? chain)
    {
        if (ActorChain.Read(claims, issuer.Issuer ?? issuer.Name, out chain) is { } fault) return fault;
        return chain is null || issuer.AcceptsAct
            ? null
            : new(Reason.SubjectActNotAccepted, $"the token carries act; issuers.{issuer.Name} does not say act: accept");
    }

    /// <summary>
    /// The scopes that mean something here, from <c>scopes_from</c>, else <c>scope</c>, else <c>scp</c>; a string or an array. A string is
    /// empty or what RFC 6749 §3.3 says: what is neither may be read in several ways, and is not read at all.
    /// </summary>
    static Denied? ReadScopes(Claims claims, TrustedTokenKind kind, out ImmutableArray<ScopeAt> scopes)
    {
        scopes = [];
        if (kind.Scopes.Count == 0) return null;
        Claim claim;
        if (kind.ScopesFrom is { } from) claims.TryGet(from, out claim);
        else if (!claims.TryGet("scope"u8, out claim)) claims.TryGet("scp"u8, out claim);

        var held = ImmutableArray.CreateBuilder<ScopeAt>();
        if (claim.GetString() is { } text)
        {
            if (text.Length > 0 && !ScopeText.TryParse(text, out _)) return new(Reason.SubjectClaimInvalid, "the scopes are no scope tokens separated by single spaces (RFC 6749 §3.3)");
            foreach (var part in text.Split(' ')) Add(part);
        }
        else
        {
            foreach (var item in claim.EnumerateArray())
                if (item.GetString() is { } scope) Add(scope);
        }

        scopes = held.ToImmutable();
        return null;

        void Add(string scope)
        {
            if (kind.Scopes.TryGetValue(scope, out var meaning) && !held.Contains(meaning)) held.Add(meaning);
        }
    }

    public static string Alternatives(IEnumerable<string> values) =>
        string.Join(" or ", values.Order(StringComparer.Ordinal).Select(value => value.Length == 0 ? "absent" : $"\"{value}\""));
}
