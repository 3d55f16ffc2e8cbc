using Cambist.Protocol;

namespace Cambist;

/// <summary>Tokens of ours that somebody asks about or wants revoked: genuine and unexpired, or nothing. A refresh token may have been used.</summary>
internal sealed class PresentedTokens(VerifiedTokens verified, params IReadOnlyList<ITokenResolver> ours)
{
    public async ValueTask<ResolvedToken?> FindAsync(TokenText value, Walk walk, CancellationToken cancellationToken)
    {
        var token = new SentToken(value, value.StartsWith(RefreshTokens.Prefix) ? TokenTypes.RefreshToken : TokenTypes.AccessToken, TokenRole.Subject, verified);
        foreach (var resolver in ours)
            if (await resolver.ResolveAsync(token, walk.Registry, walk.Now, cancellationToken) is { } result) return result.Gives(out var resolved, out _) ? resolved : null;
        return null;
    }
}
