using Cambist.Protocol;

namespace Cambist;

/// <summary>Steps 3 and 4: the chain of resolvers, and what is said when all of them pass.</summary>
internal sealed class TokenResolution(IReadOnlyList<ITokenResolver> resolvers, VerifiedTokens verified, ILedger ledger, RevocationCheck revocations)
{
    public async ValueTask<Result<ResolvedToken>> ResolveSubjectAsync(Walk walk, ExchangeRequest request, CancellationToken cancellationToken)
    {
        if ((Canonical(request.SubjectTokenType) ?? RefreshType(walk, request)) is not { } type)
            return new Denied(Reason.SubjectTokenTypeUnsupported, "subject_token_type is not one this server takes");
        var resolved = await ResolveAsync(new SentToken(request.SubjectToken, type, TokenRole.Subject, verified) { Caller = walk.Client }, walk, cancellationToken);
        if (!resolved.Gives(out var subject, out _)) return resolved;
        walk.Subject = subject;
        return subject.Grant is { } grant ? await ResolveAsync(grant, subject, walk, cancellationToken) : resolved;
    }

    /// <summary>
    /// A refresh token: used before or revoked, it is said to be that, whatever else the request asks for. Redeemed it gives the subject
    /// behind it; exchanged, what is left of it.
    /// </summary>
    async ValueTask<Result<ResolvedToken>> ResolveAsync(RefreshGrant grant, ResolvedToken shown, Walk walk, CancellationToken cancellationToken)
    {
        if (await ledger.IsUsedAsync(grant.Key, cancellationToken))
            return new Denied(Reason.SubjectUsedUp, "the refresh token was rotated, and this is an old one; it ends with all that came of it");
        var judged = walk.IsRefresh ? grant.Redeem(shown, walk.Registry) : Redemption.LeftOf(shown, walk.Client!, walk.Registry, walk.Now);
        if (!judged.Gives(out var subject, out _)) return judged;
        walk.Subject = subject;
        var (revocation, itself) = await revocations.FindAsync(subject.Lineage, cancellationToken);
        if (revocation is not null) return DecisionRecorder.Revoked(walk, revocation, itself);
        (revocation, var origin) = await revocations.FindAsync(subject.Origin!, cancellationToken);
        if (revocation is not null) return DecisionRecorder.Revoked(walk, revocation, origin);
        return walk.Subject = subject with { Lineage = itself, Origin = origin };
    }

    /// <summary>A refresh token is exchanged only where a rule lists the type.</summary>
    static string? RefreshType(Walk walk, ExchangeRequest request) =>
        request.SubjectTokenType == TokenTypes.RefreshToken && (walk.IsRefresh || walk.Registry.Rules.TakeRefreshTokensFrom(walk.Client!.Id)) ? TokenTypes.RefreshToken : null;

    /// <summary>The actor token, where one was sent; null where none was, or where it was found genuine.</summary>
    public async ValueTask<Denied?> ResolveActorAsync(Walk walk, ExchangeRequest request, CancellationToken cancellationToken)
    {
        if (request.ActorToken is null) return null;
        if (Canonical(request.ActorTokenType!) is not { } type || IsImpersonation(type, request.ActorToken))
            return new Denied(Reason.ActorTokenTypeUnsupported, "actor_token_type is not one this server takes");
        var resolved = await ResolveAsync(new SentToken(request.ActorToken, type, TokenRole.Actor, verified) { Caller = walk.Client }, walk, cancellationToken);
        if (!resolved.Gives(out var actor, out var denied)) return denied.OfActor();
        walk.Actor = actor;
        return null;
    }

    async ValueTask<Result<ResolvedToken>> ResolveAsync(SentToken token, Walk walk, CancellationToken cancellationToken)
    {
        foreach (var resolver in resolvers)
            if (await resolver.ResolveAsync(token, walk.Registry, walk.Now, cancellationToken) is { } result) return result;

        // An ID token or JWT is a JWT, or was a custom resolver's, or is nothing.
        if (token.Jws is null && token.TokenType is TokenTypes.IdToken or TokenTypes.Jwt) return new Denied(Reason.SubjectMalformed, "not read as a JWT: " + InWords(token.Fault));

        // Nobody's: a JWT has an issuer that is not trusted for this, anything else is unknown.
        if (token.Jws is not { } jws || !jws.Payload.TryGet("iss", out var iss)) return new Denied(Reason.SubjectUnknown, "not a token of ours, and no JWT of a trusted issuer");
        var identifier = iss.GetString();
        if (identifier is not null) walk.Untrusted = new(identifier, token.TokenType, token.Role);
        return new Denied(
            Reason.SubjectIssuerUntrusted,
            identifier is not null && walk.Registry.IssuersByIdentifier.TryGetValue(identifier, out var issuer)
                ? $"issuer {issuer.Name} is not trusted for this: it was sent as {token.TokenType}; see issuers.{issuer.Name}.tokens and roles"
                : $"no issuer in the registry has this iss, to the byte; it was sent as {token.TokenType}");
    }

    static string InWords(JwsFault fault) => fault switch
    {
        JwsFault.TooLong => $"it is longer than {CompactJws.MaxLength} characters",
        JwsFault.NotCompact => "it is not three parts of base64url with dots between them; see that it was sent whole, and nothing else with it",
        JwsFault.NotClaims => "its header or payload is no JSON object, or has a member twice",
        JwsFault.HeaderMalformed => "alg, kid, typ or cty of its header is missing, too long or no string",
        JwsFault.CriticalExtension => "its header has crit or b64, and this server knows no extension",
        _ => "it is encrypted, compressed, or a token within a token",
    };

    /// <summary>Who impersonates somebody is nobody's actor: such a token says whom it stands for, and not who holds it.</summary>
    static bool IsImpersonation(string type, string token) =>
        type == TokenTypes.ImpersonationToken || (type == TokenTypes.AccessToken && token.StartsWith(ImpersonationTokens.Prefix, StringComparison.Ordinal));

    /// <summary>Known types under one name each; RFC 8693 §3 compares the URI exactly.</summary>
    static string? Canonical(string tokenType) => tokenType switch
    {
        TokenTypes.AccessToken or TokenTypes.IdToken or TokenTypes.Jwt or TokenTypes.ImpersonationToken => tokenType,
        TokenTypes.LogtoImpersonationToken => TokenTypes.ImpersonationToken,
        _ => null,
    };
}
