using System.Net;

namespace Cambist;

/// <summary>The rules for URLs in the registry.</summary>
static class Urls
{
    /// <summary>What is wrong with the URL of an issuer or of keys, in words; null where nothing is.</summary>
    /// <param name="text">As written.</param>
    /// <param name="allowHttp">Whether http is admitted off loopback.</param>
    /// <param name="allowQuery">Whether a query is admitted; an issuer has none (RFC 8414 §2).</param>
    public static string? Fault(string text, bool allowHttp, bool allowQuery = false)
    {
        foreach (var c in text)
            if (c is <= ' ' or >= '\x7F' or '"' or '<' or '>' or '\\' or '^' or '`' or '{' or '|' or '}') return $"'{text}' holds a character that a URL cannot hold";
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Host.Length == 0) return $"'{text}' is no URL; write https:// and a host";

        // compared byte for byte, so what every parser would lower-case is written so
        var isHttps = text.StartsWith("https://", StringComparison.Ordinal);
        if (!isHttps && !text.StartsWith("http://", StringComparison.Ordinal)) return $"'{text}' must begin with https://";
        if (uri.UserInfo.Length > 0) return "a URL here holds no user and password; delete what stands before the @";
        if (text.Contains('#', StringComparison.Ordinal)) return $"'{text}' has a fragment; delete it, from the # on";
        if (!allowQuery && text.Contains('?', StringComparison.Ordinal)) return $"'{text}' has a query; delete it, from the ? on";
        return isHttps || allowHttp || IsLoopback(uri)
            ? null
            : $"'{text}' is plain http off loopback, where anybody on the way can change it; write https, or set Cambist:AllowHttp";
    }

    /// <summary>What to warn of where such a URL is admitted; null where there is nothing.</summary>
    public static string? Risk(string text) =>
        text.StartsWith("http://", StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out var uri) && !IsLoopback(uri)
            ? $"'{text}' is plain http off loopback, admitted by Cambist:AllowHttp: whoever is on the way can read tokens and exchange keys"
            : null;

    /// <summary>Whether its host is this machine by name or address.</summary>
    public static bool IsLoopback(Uri uri) =>
        // Uri makes localhost of "loopback" too, which other programs look up
        (string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase) && uri.OriginalString.Contains("://localhost", StringComparison.OrdinalIgnoreCase))
        || (IPAddress.TryParse(uri.Host.AsSpan().Trim("[]"), out var address) && IPAddress.IsLoopback(address));
}
