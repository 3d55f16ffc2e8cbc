using System.Security.Cryptography;
using System.Text;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Our own opaque access tokens, looked up by their hash. What is stored with the hash are the claims that a JWT would have, and they
/// pass the same checks. Not found is a refusal, never "not mine": the prefix belongs to nobody else.
/// </summary>
internal sealed class OpaqueTokens(ITokenStore tokens) : ITokenResolver
{
    public const string Prefix = "cbt_";

    public ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken) =>
        token.TokenType == TokenTypes.AccessToken && token.Value.StartsWith(Prefix, StringComparison.Ordinal)
            ? FindAsync(token.Value, registry, now, cancellationToken)
            : new((Result<ResolvedToken>?)null);

    async ValueTask<Result<ResolvedToken>?> FindAsync(string value, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await tokens.FindAsync(SHA256.HashData(Encoding.UTF8.GetBytes(value)), cancellationToken);
        if (found is not { Kind: StoredTokenKind.AccessToken }) return new Denied(Reason.SubjectUnknown, "no such token");

        if (!Claims.TryParse(found.Content, out var claims, out var fault)) return new Denied(Reason.SubjectMalformed, $"the claims that are stored for the token cannot be read: {fault}");
        if (!claims.TryGet("iss"u8, out var iss) || !iss.IsString(registry.Issuer))
            return new Denied(Reason.SubjectUnknown, "the token was issued under another issuer than the registry has now");
        return TokenTimes.Read(claims, now, maxAge: null, out var times) is { } untimely ? untimely : OwnTokens.Read(claims, times, registry);
    }
}
