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
        if (token.Jws is not { } jws
            || !jws.Payload.TryGet("iss"u8, out var iss)
            || !ClaimText.TryFind(iss, registry.IssuersByIdentifier, out var issuer)
            || !issuer.Tokens.TryGetValue(token.TokenType, out var kind)
            || !ExternalToken.IsTrustedFor(issuer, token.Role))
            return NotMine;

        return JudgeWithoutKey(jws, issuer, kind, now, out var times) is { } denied
            ? new(denied)
            : VerifyAsync(token, jws, issuer, kind, times, registry, now, cancellationToken);
    }

    static Denied? JudgeWithoutKey(JwtContent jws, TrustedIssuer issuer, TrustedTokenKind kind, DateTimeOffset now, out TokenTimes times)
    {
        times = default;
        if (jws.Algorithm is not { } algorithm || !issuer.Algorithms.Contains(algorithm))
            return new(Reason.SubjectAlgorithmUnsupported, $"issuers.{issuer.Name}.algorithms does not list the token's alg");
        if (!kind.Types.Contains(jws.Type ?? ""))
            return new(Reason.SubjectTypeMismatch, $"typ is not {ExternalToken.Alternatives(kind.Types)}, as {kind.TokenType} of issuer {issuer.Name} must be");
        return ExternalToken.CheckEvents(jws.Payload, kind) ?? ExternalToken.CheckAudience(jws.Payload, kind) ?? CheckLabel(jws, issuer, kind) ?? TokenTimes.Read(jws.Payload, now, kind.MaxAge, out times);
    }

    /// <summary>
    /// A token that its issuer's access tokens would take in is one, whatever it was declared as: sent as a kind without scopes
    /// of its own it would escape the limit of its scopes (RFC 8725 §3.12).
    /// </summary>
    static Denied? CheckLabel(JwtContent jws, TrustedIssuer issuer, TrustedTokenKind kind)
    {
        if (kind.TokenType == TokenTypes.AccessToken || !issuer.Tokens.TryGetValue(TokenTypes.AccessToken, out var access)) return null;
        return access.Types.Contains(jws.Type ?? "") && ExternalToken.CheckAudience(jws.Payload, access) is null
            ? new(Reason.SubjectTypeMismatch, $"typ and aud are those of access tokens of issuer {issuer.Name}; it cannot be told from one, so it must be sent as one")
            : null;
    }

    async ValueTask<Result<ResolvedToken>?> VerifyAsync(
        SentToken token, JwtContent jws, TrustedIssuer issuer, TrustedTokenKind kind, TokenTimes times, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var answer = await keys.FindAsync(issuer, jws.KeyId, jws.Algorithm!, times.IssuedAt, cancellationToken);
        if (answer.Key is not { } key) return NoKey(answer, issuer);
        if (!token.IsSignedBy(key))
            return new Denied(Reason.SubjectSignatureInvalid, $"the signature does not verify under the key of issuer {issuer.Name} that the header means");

        // From here on the claims are the issuer's.
        return ExternalToken.Read(jws.Payload, issuer, kind, times, token.RootOf(ours.Current.LineageKey, issuer.Issuer!), registry);
    }

    /// <summary>An outage says nothing about the token.</summary>
    static Denied NoKey(IssuerKeyAnswer answer, TrustedIssuer issuer) => answer.Outcome == IssuerKeyOutcome.Unavailable
        ? new(Reason.IssuerKeysUnavailable, $"the keys of issuer {issuer.Name} cannot be had now", TimeSpan.FromSeconds(answer.RetryAfterSeconds))
        : new(Reason.SubjectKeyUnknown, $"issuer {issuer.Name} publishes no key that the header's kid and alg mean, or several");
}
