using System.Security.Cryptography;
using System.Text;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Tokens of ours that are looked up, told by their prefix. Not found is a refusal, never "not mine": a prefix of ours
/// belongs to nobody else.
/// </summary>
internal sealed class StoredTokens(ITokenStore tokens) : ITokenResolver
{
    public const string ImpersonationPrefix = "sub_";
    public const string RefreshTokenPrefix = "cbr_";

    public async ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var isOurs = token.TokenType switch
        {
            TokenTypes.ImpersonationToken => true,
            TokenTypes.AccessToken => HasPrefix(token.Value, ImpersonationPrefix) || HasPrefix(token.Value, RefreshTokenPrefix),
            _ => false,
        };
        if (!isOurs) return null;

        // A refresh token is no access token, found or not.
        if (HasPrefix(token.Value, RefreshTokenPrefix)) return Unknown();
        var found = await tokens.FindAsync(SHA256.HashData(Encoding.UTF8.GetBytes(token.Value)), cancellationToken);
        return found is not { Kind: StoredTokenKind.ImpersonationToken } ? Unknown() : new Denied(Reason.NotBuilt, "impersonation tokens are stored but not exchanged yet");
    }

    static bool HasPrefix(string value, string prefix) => value.StartsWith(prefix, StringComparison.Ordinal);

    static Result<ResolvedToken> Unknown() => new Denied(Reason.SubjectUnknown, "no such token");
}
