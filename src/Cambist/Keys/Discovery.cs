using System.Diagnostics.CodeAnalysis;

namespace Cambist;

/// <summary>An issuer's discovery document: where it lies and what it says about keys.</summary>
static class Discovery
{
    /// <summary>OpenID Connect Discovery §4: behind the issuer, whose last slash is left out.</summary>
    public static Uri OpenIdLocation(Uri issuer) => new($"{Trimmed(issuer.GetLeftPart(UriPartial.Path))}/.well-known/openid-configuration");

    /// <summary>RFC 8414 §3.1: between host and path.</summary>
    public static Uri OAuthLocation(Uri issuer) => new($"{issuer.GetLeftPart(UriPartial.Authority)}/.well-known/oauth-authorization-server{Trimmed(issuer.AbsolutePath)}");

    /// <summary>The <c>jwks_uri</c> of a document that is this issuer's own.</summary>
    public static bool TryReadJwksUri(ReadOnlyMemory<byte> document, string issuer, [NotNullWhen(true)] out Uri? jwksUri, [NotNullWhen(false)] out string? fault)
    {
        jwksUri = null;
        fault = null;
        if (!Claims.TryParse(document, KeyFetch.MaxBytes, out var claims, out var json))
            fault = $"the discovery document is no JSON object that can be read ({json})";
        else if (!claims.TryGet("issuer", out var said) || !said.IsString(issuer)) // OpenID Connect Discovery §4.3, RFC 8414 §3.3
            fault = $"the discovery document is of issuer {Shown(said)}, and the registry says \"{issuer}\": they must be the same to the last byte";
        else if (!claims.TryGet("jwks_uri", out var uri) || !Uri.TryCreate(uri.GetString(), UriKind.Absolute, out jwksUri))
            fault = "the discovery document has no jwks_uri that is a URL";
        else if (jwksUri.UserInfo.Length > 0 || (jwksUri.Scheme != Uri.UriSchemeHttps && jwksUri.Scheme != Uri.UriSchemeHttp))
            fault = "the discovery document's jwks_uri is no plain https URL";
        if (fault is not null) jwksUri = null;
        return fault is null;
    }

    static string Shown(Claim claim)
    {
        if (claim.GetString() is not { } text) return "nobody";
        var line = string.Concat(text.Take(200).Select(c => char.IsControl(c) ? '?' : c));
        return $"\"{line}\"";
    }

    static string Trimmed(string path) => path.EndsWith('/') ? path[..^1] : path;
}
