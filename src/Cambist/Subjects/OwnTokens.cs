using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Our own JWT access tokens (RFC 9068 §4), by <c>iss</c>. Only ever as an access token: our tokens are no ID tokens and no
/// plain JWTs.
/// </summary>
internal sealed class OwnTokens(KeyRing keys) : ITokenResolver
{
    public ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken) =>
        token.TokenType == TokenTypes.AccessToken
        && token.Jws is { } jws
        && jws.Payload.TryGet("iss"u8, out var iss) && iss.IsString(registry.Issuer)
            ? new(Resolve(token, jws, registry, now))
            : new((Result<ResolvedToken>?)null);

    Result<ResolvedToken> Resolve(SentToken token, JwtContent jws, Registry registry, DateTimeOffset now)
    {
        var claims = jws.Payload;
        if (jws.Algorithm is not { } algorithm) return new Denied(Reason.SubjectAlgorithmUnsupported, "alg is not one this server signs with");
        if (jws.Type != "at+jwt") return new Denied(Reason.SubjectTypeMismatch, "typ is not at+jwt (RFC 9068 §4)");
        if (TokenTimes.Read(claims, now, maxAge: null, out var times) is { } untimely) return untimely;
        if (jws.KeyId is null || keys.Current.Find(jws.KeyId) is not { } ours || !ours.Key.PublicKey.Fits(algorithm))
            return new Denied(Reason.SubjectKeyUnknown, "kid names no key of ours that verifies this alg");
        if (times.IssuedAt is { } iat && !ours.MayHaveSignedAt(iat))
            return new Denied(Reason.SubjectKeyUnknown, "iat is outside the time in which the key that kid names signed");
        if (!token.IsSignedBy(ours.Key.PublicKey)) return new Denied(Reason.SubjectSignatureInvalid, "the signature does not verify under our key");
        return Read(claims, times, registry);
    }

    /// <summary>The claims of an access token of ours that is known to be genuine, whether signed or looked up.</summary>
    public static Result<ResolvedToken> Read(Claims claims, TokenTimes times, Registry registry)
    {
        if (SubjectNames.Read(claims, out var sub) is { } noSub) return noSub;
        if (Text(claims, "client_id"u8) is not { } clientId || Text(claims, "aud"u8) is not { } audience || times.IssuedAt is not { } issuedAt)
            return new Denied(Reason.SubjectClaimInvalid, "client_id, aud or iat is missing (RFC 9068 §2.2)");
        if (!registry.Clients.TryGetValue(clientId, out var client) || client.IsDisabled)
            return new Denied(Reason.SubjectRevoked, "the client it was issued to is gone or disabled");
        if (Text(claims, "jti"u8) is not { } id || !Lineage.IsWellFormed(id))
            return new Denied(Reason.SubjectClaimInvalid, "jti is no lineage id");
        if (!TryReadKind(claims, out var kind)) return new Denied(Reason.SubjectClaimInvalid, "sub_kind is not one of ours");
        if (ActorChain.Read(claims, issuer: null, out var chain) is { } chainFault) return chainFault;

        return new ResolvedToken
        {
            TokenType = TokenTypes.AccessToken,
            IssuerName = ReservedNames.Self,
            Subject = sub,
            Kind = kind,
            Claims = claims,
            ExpiresAt = times.ExpiresAt,
            ClientId = clientId,
            HeldScopes = ReadScopes(claims, audience, registry),
            Act = chain,
            Lineage = new TokenLineage(id, sub, clientId, registry.Origins.Of(sub, kind), issuedAt * 1000, IsExternal: false),
        };
    }

    /// <summary>Our token holds its scopes at its <c>aud</c>; where that is no resource any more, it holds none.</summary>
    static ImmutableArray<ScopeAt> ReadScopes(Claims claims, string audience, Registry registry)
    {
        if (Text(claims, "scope"u8) is not { } scope || !registry.ResourcesByAnyName.TryGetValue(audience, out var resource)) return [];
        var held = ImmutableArray.CreateBuilder<ScopeAt>();
        foreach (var part in scope.Split(' ')) held.Add(new(resource.Name, part));
        return held.ToImmutable();
    }

    static bool TryReadKind(Claims claims, out SubjectKind kind)
    {
        kind = SubjectKind.User;
        if (!claims.TryGet("sub_kind"u8, out var claim)) return true;
        if (claim.IsString("client"u8)) kind = SubjectKind.Client;
        else if (claim.IsString("impersonated"u8)) kind = SubjectKind.Impersonated;
        else return false;
        return true;
    }

    static string? Text(Claims claims, ReadOnlySpan<byte> name) => claims.TryGet(name, out var claim) ? claim.GetString() : null;
}
