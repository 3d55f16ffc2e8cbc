using Cambist.Protocol;

namespace Cambist;

/// <summary>Refresh tokens, told by their prefix: never an access token, found or not.</summary>
internal sealed class RefreshTokens : ITokenResolver
{
    public const string Prefix = "cbr_";

    public ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken) =>
        token.TokenType == TokenTypes.AccessToken && token.Value.StartsWith(Prefix, StringComparison.Ordinal)
            ? new(new Denied(Reason.SubjectUnknown, "a refresh token is no access token"))
            : new((Result<ResolvedToken>?)null);
}
