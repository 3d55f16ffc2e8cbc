using System.Security.Cryptography;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Impersonation tokens: minted by an administrator, redeemed once, by a confidential client. Under either name of their type, or as
/// an access token by their prefix, they are one type before any rule is looked at.
/// </summary>
internal sealed class ImpersonationTokens(ITokenStore tokens) : ITokenResolver
{
    public const string Prefix = "sub_";

    public ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken) =>
        token.TokenType == TokenTypes.ImpersonationToken || (token.TokenType == TokenTypes.AccessToken && HasPrefix(token))
            ? LookUpAsync(token, registry, now, cancellationToken)
            : new((Result<ResolvedToken>?)null);

    async ValueTask<Result<ResolvedToken>?> LookUpAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!HasPrefix(token)) return Unknown("no such token");
        if (CheckRedeemer(token.Caller) is { } notRedeemable) return notRedeemable;

        var found = await tokens.FindAsync(HashOf(token.Value), cancellationToken);
        if (found is not { Kind: StoredTokenKind.ImpersonationToken }) return Unknown("no such token, or it was cancelled");
        return Judge(MintedToken.Read(found), token.Caller!, registry, now);
    }

    /// <summary>Who may not redeem any, whatever it says.</summary>
    public static Denied? CheckRedeemer(RegisteredClient? caller) =>
        caller is { IsPublic: false } ? null : new(Reason.SubjectUnknown, "only confidential clients redeem impersonation tokens");

    /// <summary>The token as a subject token, or why this caller cannot redeem it now.</summary>
    public static Result<ResolvedToken> Judge(MintedToken minted, RegisteredClient caller, Registry registry, DateTimeOffset now)
    {
        if (minted.Client is { } client && client != caller.Id) return Unknown($"the token was minted for client {client}");
        if (minted.ExpiresAt - now.ToUnixTimeMilliseconds() < 1000) return new Denied(Reason.SubjectExpired, "the time to redeem it has passed, or less than a second is left");
        return CheckName(minted.Subject, registry) is { } denied ? denied : minted.Resolve();
    }

    public static byte[] HashOf(TokenText token) => SHA256.HashData(token.Utf8.Span);

    /// <summary>A client's id is the <c>sub</c> of its own tokens, so nobody is impersonated under such a name.</summary>
    public static Denied? CheckName(string subject, Registry registry) => registry.Clients.ContainsKey(subject)
        ? new(Reason.SubjectUnmappable, "the subject to impersonate is a client's id; clients are not impersonated")
        : null;

    static bool HasPrefix(SentToken token) => token.Value.StartsWith(Prefix);

    static Result<ResolvedToken> Unknown(string detail) => new Denied(Reason.SubjectUnknown, detail);
}
