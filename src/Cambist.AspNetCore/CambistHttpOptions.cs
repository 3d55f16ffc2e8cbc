using System.Net;

namespace Cambist.AspNetCore;

/// <summary>How the HTTP side of Cambist behaves.</summary>
public sealed class CambistHttpOptions
{
    /// <summary>
    /// Takes tokens and credentials over plain http from any peer, and admits http issuers off loopback. False by default:
    /// plain http is refused from a peer that is neither on loopback nor a trusted proxy.
    /// </summary>
    public bool AllowHttp { get; set; }

    /// <summary>Address ranges whose <c>X-Forwarded-*</c> headers are believed. None by default; nobody else's ever are.</summary>
    public IList<IPNetwork> TrustedProxies { get; } = [];

    /// <summary>Whether an address, IPv4 as such, is a trusted proxy's.</summary>
    internal bool IsTrustedProxy(IPAddress address)
    {
        for (var i = 0; i < TrustedProxies.Count; i++)
            if (TrustedProxies[i].Contains(address)) return true;
        return false;
    }
}
