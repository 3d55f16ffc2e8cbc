using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// The application's own resolvers, asked last and under the names that the registry gives them. They see nothing that is ours or a
/// configured issuer's, and speak for no issuer but their own name.
/// </summary>
internal sealed class CustomResolvers(ImmutableArray<(string Name, ISubjectTokenResolver Resolver)> resolvers, KeyRing ours, ApplicationCode code) : ITokenResolver
{
    public ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken) =>
        resolvers.IsEmpty || IsTaken(token, registry)
            ? new((Result<ResolvedToken>?)null)
            : AskAsync(token, registry, now, cancellationToken);

    static bool IsTaken(SentToken token, Registry registry)
    {
        if (token.TokenType is not (TokenTypes.AccessToken or TokenTypes.IdToken or TokenTypes.Jwt)) return true;
        if (OurPrefixes.All.Any(prefix => token.Value.StartsWith(prefix, StringComparison.Ordinal))) return true;
        return token.Jws is { } jws && jws.Payload.TryGet("iss"u8, out var iss) && iss.GetString() is { } issuer
            && (issuer == registry.Issuer || registry.IssuersByIdentifier.ContainsKey(issuer));
    }

    async ValueTask<Result<ResolvedToken>?> AskAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var presented = new TokenToResolve(token.Value, token.TokenType, token.Role == TokenRole.Actor);
        foreach (var (name, resolver) in resolvers)
        {
            if (!registry.Issuers.TryGetValue(name, out var issuer) || !issuer.IsResolver || !ExternalToken.IsTrustedFor(issuer, token.Role)) continue;
            if (issuer.KindOf(token.TokenType) is not { } kind) continue;
            ResolverAnswer? answer = null;
            if (await code.RunAsync($"resolver {name}", async cancel => answer = await resolver.ResolveAsync(presented, cancel), cancellationToken) is { } failed) return failed;
            if (answer is null) continue;
            return answer.Why is { } why
                ? new Denied(Reason.SubjectUnknown, $"resolver {name} refuses the token: {why}")
                : Read(answer.Claims, token, issuer, kind, registry, now);
        }

        return null;
    }

    Result<ResolvedToken> Read(ReadOnlyMemory<byte> text, SentToken token, TrustedIssuer issuer, TrustedTokenKind kind, Registry registry, DateTimeOffset now)
    {
        if (!Claims.TryParse(text, out var claims, out var fault)) return new Denied(Reason.InternalError, $"resolver {issuer.Name} gave claims that are no JSON object which can be read: {fault}");
        if (!claims.TryGet("aud"u8, out _)) return new Denied(Reason.SubjectAudienceMismatch, $"resolver {issuer.Name} says nothing of the token's aud, and a token without one is for nobody");
        if (issuer.Tokens.Count > 0 && ExternalToken.CheckAudience(claims, kind) is { } notAccepted) return notAccepted;
        if (!Audience.IsWellFormed(claims, out _)) return new Denied(Reason.SubjectClaimInvalid, "aud is no string and no array of strings");
        if (TokenTimes.Read(claims, now, kind.MaxAge, out var times) is { } untimely) return untimely;
        return ExternalToken.Read(claims, issuer, kind, times, token.RootOf(ours.Current.LineageKey, issuer.Name), registry);
    }
}
