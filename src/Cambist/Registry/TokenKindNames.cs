using Cambist.Protocol;

namespace Cambist;

/// <summary>The registry's short names of token types.</summary>
static class TokenKindNames
{
    public const string AccessToken = "access_token";
    public const string IdToken = "id_token";
    public const string Jwt = "jwt";
    public const string RefreshToken = "refresh_token";
    public const string ImpersonationToken = "impersonation_token";

    /// <summary>What a trusted issuer may be trusted for.</summary>
    public static readonly IReadOnlyCollection<string> OfIssuers = [IdToken, AccessToken, Jwt];

    /// <summary>What a rule may select on.</summary>
    public static readonly IReadOnlyCollection<string> OfSubjects = [AccessToken, IdToken, Jwt, RefreshToken, ImpersonationToken];

    /// <summary>What may be asked for.</summary>
    public static readonly IReadOnlyCollection<string> Requested = [AccessToken, Jwt];

    /// <summary>The URN of a short name (RFC 8693 §3).</summary>
    public static string Urn(string name) => name switch
    {
        AccessToken => TokenTypes.AccessToken,
        IdToken => TokenTypes.IdToken,
        Jwt => TokenTypes.Jwt,
        RefreshToken => TokenTypes.RefreshToken,
        _ => TokenTypes.ImpersonationToken,
    };

    /// <summary>The short name of a URN.</summary>
    public static string Of(string urn) => urn switch
    {
        TokenTypes.AccessToken => AccessToken,
        TokenTypes.IdToken => IdToken,
        TokenTypes.Jwt => Jwt,
        TokenTypes.RefreshToken => RefreshToken,
        _ => ImpersonationToken,
    };
}
