namespace Cambist.Protocol;

/// <summary>Values of <c>grant_type</c> that this server knows.</summary>
public static class GrantTypes
{
    /// <summary>Token exchange (RFC 8693 §2.1).</summary>
    public const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";

    /// <summary>Client credentials (RFC 6749 §4.4).</summary>
    public const string ClientCredentials = "client_credentials";

    /// <summary>Refresh (RFC 6749 §6).</summary>
    public const string RefreshToken = "refresh_token";
}
