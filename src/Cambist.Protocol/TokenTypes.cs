namespace Cambist.Protocol;

/// <summary>Token type identifiers (RFC 8693 §3) and the two names of an impersonation token.</summary>
public static class TokenTypes
{
    /// <summary>An access token, JWT or opaque.</summary>
    public const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";

    /// <summary>An OpenID Connect ID Token.</summary>
    public const string IdToken = "urn:ietf:params:oauth:token-type:id_token";

    /// <summary>Any other JWT, such as a workload token.</summary>
    public const string Jwt = "urn:ietf:params:oauth:token-type:jwt";

    /// <summary>A refresh token of this server.</summary>
    public const string RefreshToken = "urn:ietf:params:oauth:token-type:refresh_token";

    /// <summary>A single-use token with which one client acts as a user, minted by an administrator with a reason on record.</summary>
    public const string ImpersonationToken = "urn:cambist:token-type:impersonation_token";

    /// <summary>The same as <see cref="ImpersonationToken"/> under the name that Logto's clients send.</summary>
    public const string LogtoImpersonationToken = "urn:logto:token-type:impersonation_token";
}
