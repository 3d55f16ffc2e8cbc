using System.Security.Cryptography;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Our own opaque access tokens, looked up by their hash. What is stored with the hash are the claims that a JWT would have, and they
/// pass the same checks. Not found is a refusal, never "not mine": the prefix belongs to nobody else.
/// </summary>
internal sealed class OpaqueTokens(ITokenStore tokens) : ITokenResolver
{
    public const string Prefix = "cbt_";

    /// <summary>Read where there is no token, so that one which is somebody else's takes no longer to find out about (AB-74).</summary>
    static readonly ReadOnlyMemory<byte> NobodysClaims =
        """{"iss":"https://nobody.example.com","sub":"nobody","aud":"https://nobody.example.com/api","client_id":"nobody","iat":1,"exp":2,"jti":"AAAAAAAAAAAAAAAAAAAAAA","scope":"none"}"""u8.ToArray();

    public ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken) =>
        token.TokenType == TokenTypes.AccessToken && token.Value.StartsWith(Prefix)
            ? FindAsync(token.Value.Utf8, registry, now, cancellationToken)
            : new((Result<ResolvedToken>?)null);

    async ValueTask<Result<ResolvedToken>?> FindAsync(ReadOnlyMemory<byte> value, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var found = await tokens.FindAsync(SHA256.HashData(value.Span), cancellationToken);
        var isFound = found is { Kind: StoredTokenKind.AccessToken };
        if (!Claims.TryParse(isFound ? found!.Content : NobodysClaims, out var claims, out var fault)) return new Denied(Reason.SubjectMalformed, $"the claims that are stored for the token cannot be read: {fault}");
        if (!isFound) return new Denied(Reason.SubjectUnknown, "no such token");
        if (!claims.TryGet("iss"u8, out var iss) || !iss.IsString(registry.Issuer))
            return new Denied(Reason.SubjectUnknown, "the token was issued under another issuer than the registry has now");
        return TokenTimes.Read(claims, now, maxAge: null, out var times) is { } untimely ? untimely : OwnTokens.Read(claims, times, registry);
    }
}
