using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// JWTs of the issuers that the registry trusts: ID tokens (OpenID Connect Core §3.1.3.7), access tokens (RFC 9068 §4) and
/// other JWTs. What needs no key is judged first: form, algorithm, <c>typ</c>, <c>iss</c>, <c>aud</c>, times; a refusal there says
/// what was required and never what the token says, since unverified claims are not recorded.
/// </summary>
internal sealed class TrustedIssuers(IssuerKeys keys, KeyRing ours) : ITokenResolver
{
    static ValueTask<Result<ResolvedToken>?> NotMine => new((Result<ResolvedToken>?)null);

    public ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // An access token may be opaque and another resolver's; the other two types are JWTs or nothing.
        if (token.Jws is not { } jws)
            return token.TokenType == TokenTypes.AccessToken ? NotMine : new(new Denied(Reason.SubjectMalformed, $"not read as a JWT: {token.Fault}"));
        if (!jws.Payload.TryGet("iss"u8, out var iss)
            || iss.GetString() is not { } identifier
            || !registry.IssuersByIdentifier.TryGetValue(identifier, out var issuer)
            || !issuer.Tokens.TryGetValue(token.TokenType, out var kind)
            || !IsTrustedFor(issuer, token.Role))
            return NotMine;

        return JudgeWithoutKey(jws, issuer, kind, now, out var times) is { } denied
            ? new(denied)
            : VerifyAsync(jws, issuer, kind, times, registry, now, cancellationToken);
    }

    static bool IsTrustedFor(TrustedIssuer issuer, TokenRole role) =>
        role == TokenRole.Subject ? issuer.IsTrustedForSubjects : issuer.IsTrustedForActors;

    static Denied? JudgeWithoutKey(CompactJws jws, TrustedIssuer issuer, TrustedTokenKind kind, DateTimeOffset now, out TokenTimes times)
    {
        times = default;
        if (jws.Algorithm is not { } algorithm || !issuer.Algorithms.Contains(algorithm))
            return new(Reason.SubjectAlgorithmUnsupported, $"issuers.{issuer.Name}.algorithms does not list the token's alg");
        if (!kind.Types.Contains(jws.Type ?? ""))
            return new(Reason.SubjectTypeMismatch, $"typ is not {Alternatives(kind.Types)}, as {kind.TokenType} of issuer {issuer.Name} must be");
        if (kind.TokenType == TokenTypes.IdToken && jws.Payload.TryGet("events"u8, out _))
            return new(Reason.SubjectTypeMismatch, "the token has events: a logout or security event token is no ID token");
        return CheckAudience(jws.Payload, kind) ?? CheckLabel(jws, issuer, kind) ?? TokenTimes.Read(jws.Payload, now, kind.MaxAge, out times);
    }

    /// <summary>
    /// A token that its issuer's access tokens would take in is one, whatever it was declared as: sent as a kind without scopes
    /// of its own it would escape the limit of its scopes (RFC 8725 §3.12).
    /// </summary>
    static Denied? CheckLabel(CompactJws jws, TrustedIssuer issuer, TrustedTokenKind kind)
    {
        if (kind.TokenType == TokenTypes.AccessToken || !issuer.Tokens.TryGetValue(TokenTypes.AccessToken, out var access)) return null;
        return access.Types.Contains(jws.Type ?? "") && CheckAudience(jws.Payload, access) is null
            ? new(Reason.SubjectTypeMismatch, $"typ and aud are those of access tokens of issuer {issuer.Name}; it cannot be told from one, so it must be sent as one")
            : null;
    }

    /// <summary>One of the kind's audiences must be in <c>aud</c>; of an ID token every one (OpenID Connect Core §3.1.3.7, 3).</summary>
    static Denied? CheckAudience(Claims claims, TrustedTokenKind kind)
    {
        var matched = 0;
        var others = 0;
        if (!Audience.IsWellFormed(claims, out var aud)) return new(Reason.SubjectClaimInvalid, "aud is no string and no array of strings");
        foreach (var audience in Audience.Of(aud))
            if (kind.Audiences.Contains(audience)) matched++;
            else others++;

        if (matched > 0 && (others == 0 || kind.TokenType != TokenTypes.IdToken)) return null;
        return new(Reason.SubjectAudienceMismatch, $"{(matched > 0 ? "aud holds other values besides" : "aud does not hold")} {Alternatives(kind.Audiences)}, which the registry takes from this issuer");
    }

    async ValueTask<Result<ResolvedToken>?> VerifyAsync(
        CompactJws jws, TrustedIssuer issuer, TrustedTokenKind kind, TokenTimes times, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var answer = await keys.FindAsync(issuer, jws.KeyId, jws.Algorithm!, times.IssuedAt, cancellationToken);
        if (answer.Key is not { } key) return NoKey(answer, issuer);
        if (!jws.IsSignedBy(key))
            return new Denied(Reason.SubjectSignatureInvalid, $"the signature does not verify under the key of issuer {issuer.Name} that the header means");

        // From here on the claims are the issuer's.
        var claims = jws.Payload;
        if (SubjectNames.Read(claims, out _) is { } noSub) return noSub;
        if (issuer.Where.FirstUnmet(claims) is { } unmet)
            return new Denied(Reason.SubjectConditionFailed, $"issuers.{issuer.Name}.where: {unmet.Path} {unmet.Condition.Describe()}, the token says {Trace.Show(claims, unmet.Path)}");
        if (ReadChain(claims, issuer, out var chain) is { } chainFault) return chainFault;
        if (SubjectNames.Map(issuer, claims, registry, out var name) is { } unmappable) return unmappable;

        return new ResolvedToken
        {
            TokenType = kind.TokenType,
            IssuerName = issuer.Name,
            Issuer = issuer,
            Subject = name,
            Kind = issuer.Kind,
            Claims = claims,
            ExpiresAt = times.ExpiresAt,
            HeldScopes = kind.TokenType == TokenTypes.AccessToken ? ReadScopes(claims, kind) : null,
            Act = chain,
            Lineage = new TokenLineage(
                Lineage.RootOf(ours.Current.LineageKey, issuer.Issuer!, jws.SigningInput.Span), name, Client: null, issuer.Name,
                (times.IssuedAt ?? 0) * 1000, IsExternal: true), // without iat it may be as old as any revocation
        };
    }

    /// <summary>An outage says nothing about the token.</summary>
    static Denied NoKey(IssuerKeyAnswer answer, TrustedIssuer issuer) => answer.Outcome == IssuerKeyOutcome.Unavailable
        ? new(Reason.IssuerKeysUnavailable, $"the keys of issuer {issuer.Name} cannot be had now", TimeSpan.FromSeconds(answer.RetryAfterSeconds))
        : new(Reason.SubjectKeyUnknown, $"issuer {issuer.Name} publishes no key that the header's kid and alg mean, or several");

    static Denied? ReadChain(Claims claims, TrustedIssuer issuer, out ActorChain? chain)
    {
        if (ActorChain.Read(claims, issuer.Issuer, out chain) is { } fault) return fault;
        return chain is null || issuer.AcceptsAct
            ? null
            : new(Reason.SubjectActNotAccepted, $"the token carries act; issuers.{issuer.Name} does not say act: accept");
    }

    /// <summary>The scopes that mean something here, from <c>scopes_from</c>, else <c>scope</c>, else <c>scp</c>; a string or an array.</summary>
    static ImmutableArray<ScopeAt> ReadScopes(Claims claims, TrustedTokenKind kind)
    {
        if (kind.Scopes.Count == 0) return [];
        Claim claim;
        if (kind.ScopesFrom is { } from) claims.TryGet(from, out claim);
        else if (!claims.TryGet("scope"u8, out claim)) claims.TryGet("scp"u8, out claim);

        var held = ImmutableArray.CreateBuilder<ScopeAt>();
        if (claim.GetString() is { } text)
        {
            foreach (var part in text.Split(' ')) Add(part);
        }
        else
        {
            foreach (var item in claim.EnumerateArray())
                if (item.GetString() is { } scope) Add(scope);
        }

        return held.ToImmutable();

        void Add(string scope)
        {
            if (kind.Scopes.TryGetValue(scope, out var meaning) && !held.Contains(meaning)) held.Add(meaning);
        }
    }

    static string Alternatives(IEnumerable<string> values) =>
        string.Join(" or ", values.Order(StringComparer.Ordinal).Select(value => value.Length == 0 ? "absent" : $"\"{value}\""));
}
