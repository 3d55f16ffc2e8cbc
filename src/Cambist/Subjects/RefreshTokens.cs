using System.Security.Cryptography;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Refresh tokens, told by their prefix: never an access token, found or not. What one is worth by the registry in force is
/// <see cref="Redemption"/>'s to say.
/// </summary>
internal sealed class RefreshTokens(ITokenStore tokens) : ITokenResolver
{
    public const string Prefix = "cbr_";

    public ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken) => token.TokenType switch
    {
        TokenTypes.RefreshToken => LookUpAsync(token, registry, now, cancellationToken),
        TokenTypes.AccessToken when HasPrefix(token) => new(Unknown("a refresh token is no access token")),
        _ => new((Result<ResolvedToken>?)null),
    };

    async ValueTask<Result<ResolvedToken>?> LookUpAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!HasPrefix(token)) return Unknown("no such token");
        var found = await tokens.FindAsync(SHA256.HashData(token.Value.Utf8.Span), cancellationToken);
        if (found is not { Kind: StoredTokenKind.RefreshToken }) return Unknown("no such token");
        if (RefreshGrant.Read(found) is not { } grant) return Unknown("what is stored of the token cannot be read");
        if (token.Caller is { } caller && caller.Id != grant.Client) return Unknown($"the refresh token was issued to {grant.Client}");
        if (found.ExpiresAt - now.ToUnixTimeMilliseconds() < 1000) return new Denied(Reason.SubjectExpired, "its time has passed, or less than a second is left");
        return grant.Resolve(registry);
    }

    static bool HasPrefix(SentToken token) => token.Value.StartsWith(Prefix);

    static Result<ResolvedToken> Unknown(string detail) => new Denied(Reason.SubjectUnknown, detail);
}
