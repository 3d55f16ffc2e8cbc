namespace Cambist.AspNetCore;

/// <summary>Where the endpoints are, under the path of the issuer.</summary>
static class EndpointPaths
{
    public const string Token = "/token";
    public const string Introspection = "/introspect";
    public const string Revocation = "/revoke";
    public const string Jwks = "/jwks";
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";

    /// <summary>The issuer's path without a slash at the end; empty where it has none.</summary>
    public static string Of(string issuer) => new Uri(issuer).AbsolutePath.TrimEnd('/');

    /// <summary>RFC 8414 §3.1: between host and path.</summary>
    public static string ServerMetadata(string issuerPath) => "/.well-known/oauth-authorization-server" + issuerPath;

    /// <summary>OpenID Connect Discovery §4: after the path.</summary>
    public static string OpenIdConfiguration(string issuerPath) => issuerPath + "/.well-known/openid-configuration";
}
