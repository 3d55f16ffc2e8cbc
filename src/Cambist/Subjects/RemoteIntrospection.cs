using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Opaque access tokens of issuers that are asked about them (RFC 7662), told by their prefix. The issuer is asked each time, so that
/// a token it has withdrawn is withdrawn here; what it cannot be asked is refused with 503, and never taken for a verdict.
/// </summary>
internal sealed class RemoteIntrospection(IntrospectionRequests requests, KeyRing ours) : ITokenResolver
{
    const int LongestToken = 4096;

    public ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken) =>
        token.TokenType == TokenTypes.AccessToken && IssuerOf(token, registry) is { } issuer && issuer.Tokens.TryGetValue(TokenTypes.AccessToken, out var kind)
            ? AskAsync(token, issuer, kind, registry, now, cancellationToken)
            : new((Result<ResolvedToken>?)null);

    /// <summary>The one issuer whose prefix fits. A token goes to nobody else, and a JWT, which says whose it is, to nobody at all.</summary>
    static TrustedIssuer? IssuerOf(SentToken token, Registry registry)
    {
        if (token.Value.Length > LongestToken || token.Value.AsSpan().ContainsAnyExceptInRange('!', '~')) return null;
        if (token.Jws is { } jws && jws.Payload.TryGet("iss"u8, out _)) return null;
        foreach (var issuer in registry.Issuers.Values)
        {
            if (issuer.Introspection is { } endpoint && ExternalToken.IsTrustedFor(issuer, token.Role) && Fits(token.Value, endpoint.Prefix))
                return issuer;
        }

        return null;
    }

    /// <summary>Without a prefix all that is no JWT, broken ones included: "eyJ" is how a JSON object begins in base64url.</summary>
    static bool Fits(string token, string? prefix) =>
        prefix is null ? !token.StartsWith("eyJ", StringComparison.Ordinal) : token.StartsWith(prefix, StringComparison.Ordinal);

    async ValueTask<Result<ResolvedToken>?> AskAsync(
        SentToken token, TrustedIssuer issuer, TrustedTokenKind kind, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!(await requests.AskAsync(issuer, token.Value, cancellationToken)).Gives(out var claims, out var unavailable)) return unavailable;

        // RFC 7662 §2.2: only true is active; the endpoint need not say why another is not.
        if (!claims.TryGet("active"u8, out var active) || active.Kind != ClaimKind.True) return new Denied(Reason.SubjectUnknown, $"issuer {issuer.Name} says that the token is not active");

        return Judge(claims, issuer, kind, now, out var times) is { } denied
            ? denied
            : ExternalToken.Read(claims, issuer, kind, times, token.RootOf(ours.Current.LineageKey, issuer.Issuer!), registry);
    }

    static Denied? Judge(Claims claims, TrustedIssuer issuer, TrustedTokenKind kind, DateTimeOffset now, out TokenTimes times)
    {
        times = default;
        if (claims.TryGet("iss"u8, out var iss) && !iss.IsString(issuer.Issuer))
            return new(Reason.SubjectIssuerUntrusted, $"issuer {issuer.Name} says that the token is another issuer's");
        if (claims.TryGet("token_type"u8, out var type) && !IsAccessToken(type))
            return new(Reason.SubjectTypeMismatch, $"issuer {issuer.Name} says that the token is of another token_type than Bearer");

        // RFC 9449 §6.2: the answer about a bound token names its key in cnf. One that leaves it out makes no bearer token of it.
        if (Is(type, "DPoP") && !claims.TryGet("cnf"u8, out _))
            return new(Reason.SubjectKeyBound, $"issuer {issuer.Name} says that the token is bound to a key (token_type DPoP), and not to which");
        if (!claims.TryGet("aud"u8, out _))
            return new(Reason.SubjectAudienceMismatch, $"issuer {issuer.Name} says nothing of the token's aud, and a token without one is for nobody");
        return ExternalToken.CheckAudience(claims, kind) ?? TokenTimes.Read(claims, now, kind.MaxAge, out times);
    }

    /// <summary>A refresh token is active, too. RFC 6749 §7.1: names of token types are compared without case.</summary>
    static bool IsAccessToken(Claim type) =>
        Is(type, "Bearer") || Is(type, "DPoP");

    static bool Is(Claim type, string name) => name.Equals(type.GetString(), StringComparison.OrdinalIgnoreCase);
}
