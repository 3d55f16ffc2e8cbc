using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace Cambist.AspNetCore;

/// <summary>
/// Where a request came from: the peer; behind trusted proxies the right-most entry of <c>X-Forwarded-For</c> that is no trusted
/// proxy, since each proxy appends whom it spoke to and what stands further left is anybody's word. Nobody else's header is read,
/// and of a header that is malformed as far as it is read, nothing counts.
/// </summary>
sealed class ClientAddress(CambistHttpOptions options)
{
    const int LongestEntry = 64;

    public IPAddress? Of(HttpContext http)
    {
        if (http.Connection.RemoteIpAddress is not { } remote) return null; // a Unix socket: the machine itself
        if (options.TrustedProxies.Count == 0) return remote; // as it is: who counts takes ::ffff:192.0.2.1 for 192.0.2.1, and no request pays for it
        var peer = Plain(remote);
        return options.IsTrustedProxy(peer) ? Forwarded(http, peer) : peer;
    }

    IPAddress Forwarded(HttpContext http, IPAddress peer)
    {
        var lines = http.Request.Headers["X-Forwarded-For"];
        var origin = peer;
        for (var line = lines.Count - 1; line >= 0; line--)
        {
            var rest = lines[line].AsSpan();
            while (true)
            {
                var comma = rest.LastIndexOf(',');
                if (!TryRead(rest[(comma + 1)..].Trim(" \t"), out var entry)) return peer;
                if (!options.IsTrustedProxy(entry)) return entry;
                origin = entry;
                if (comma < 0) break;
                rest = rest[..comma];
            }
        }

        return origin; // proxies all the way
    }

    /// <summary>An address as proxies write it, with or without port: <c>192.0.2.1:4711</c>, <c>[2001:db8::1]:4711</c>.</summary>
    static bool TryRead(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.Length is 0 or > LongestEntry || text.Contains('%') || !IPEndPoint.TryParse(text, out var read)) return false;

        // The parser also takes 1 for 0.0.0.1 and 0x7f.1 for loopback.
        if (read.AddressFamily == AddressFamily.InterNetwork && !text.StartsWith(read.Address.ToString(), StringComparison.Ordinal)) return false;
        address = Plain(read.Address);
        return true;
    }

    static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
