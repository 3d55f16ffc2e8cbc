using System.Buffers.Text;
using System.Security.Cryptography;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// A token of which somebody states the claims, as in a policy test: judged like one that was sent, but for its signature, its
/// <c>typ</c> and what only a store can know.
/// </summary>
internal static class StatedToken
{
    /// <summary>The token that an issuer of the registry would have issued with these claims, or why it is refused.</summary>
    /// <param name="issuerName">Its name in the registry, or <c>self</c>.</param>
    /// <param name="tokenType">Token type URN it is sent as.</param>
    /// <param name="role">Whether it is sent as subject or actor token.</param>
    /// <param name="claims">Its claims; <c>iss</c> may be left out.</param>
    /// <param name="registry">The registry.</param>
    /// <param name="now">The instant of the request.</param>
    public static Result<ResolvedToken> Resolve(string issuerName, string tokenType, TokenRole role, Claims claims, Registry registry, DateTimeOffset now)
    {
        if (issuerName == ReservedNames.Self)
        {
            if (tokenType != TokenTypes.AccessToken) return new Denied(Reason.SubjectIssuerUntrusted, "tokens of ours are access tokens");
            return TokenTimes.Read(claims, now, maxAge: null, out var ours) is { } untimely ? untimely : OwnTokens.Read(claims, ours, registry);
        }

        if (!registry.Issuers.TryGetValue(issuerName, out var issuer) || issuer.KindOf(tokenType) is not { } kind || !ExternalToken.IsTrustedFor(issuer, role))
            return new Denied(Reason.SubjectIssuerUntrusted, $"the registry does not trust {issuerName} for {tokenType}{(role == TokenRole.Actor ? " as actor token" : "")}");
        if (issuer.Issuer is { } identifier && claims.TryGet("iss"u8, out var iss) && !iss.IsString(identifier))
            return new Denied(Reason.SubjectIssuerUntrusted, $"iss is not that of issuers.{issuerName}");
        if (ExternalToken.CheckEvents(claims, kind) is { } noIdToken) return noIdToken;
        if (issuer.Tokens.Count > 0 && ExternalToken.CheckAudience(claims, kind) is { } notAccepted) return notAccepted;
        return TokenTimes.Read(claims, now, kind.MaxAge, out var times) is { } late ? late : ExternalToken.Read(claims, issuer, kind, times, RootOf(claims), registry);
    }

    /// <summary>A lineage root like that of a token that was sent: the same for the same claims.</summary>
    static string RootOf(Claims claims) => Base64Url.EncodeToString(SHA256.HashData(claims.Utf8.Span).AsSpan(0, 16));
}
