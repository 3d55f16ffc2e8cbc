using System.Net;
using Microsoft.AspNetCore.Http;

namespace Cambist.AspNetCore;

/// <summary>
/// Tokens and credentials come over TLS (RFC 6749 §3.2). Plain http is taken from loopback and from trusted proxies that say
/// their own client used https; from others only where <c>AllowHttp</c> says so.
/// </summary>
sealed class PlainHttp(CambistHttpOptions options)
{
    public bool IsRefused(HttpContext http)
    {
        if (http.Request.IsHttps || options.AllowHttp) return false;
        if (http.Connection.RemoteIpAddress is not { } peer) return false; // a Unix socket: the machine itself
        if (peer.IsIPv4MappedToIPv6) peer = peer.MapToIPv4();
        if (!options.IsTrustedProxy(peer)) return !IPAddress.IsLoopback(peer);

        // What a trusted proxy says counts; a proxy that says nothing is taken at the word of its operator.
        var forwarded = http.Request.Headers["X-Forwarded-Proto"];
        return forwarded.Count > 0 && !forwarded.ToString().Equals("https", StringComparison.OrdinalIgnoreCase);
    }
}
