using System.Net;
using System.Net.Sockets;

namespace Cambist;

/// <summary>
/// Which addresses a URL that a stranger named may lead to (server-side request forgery): public ones, and no loopback,
/// link-local or private one unless the issuer that named it lives on such an address itself.
/// </summary>
/// <remarks>
/// <see cref="IssuerKeys"/> checks the addresses of a discovered <c>jwks_uri</c> before it asks there, and puts the policy into
/// the request under <see cref="RequestOption"/>. A name that answers differently the next moment (DNS rebinding) is caught by
/// <see cref="ConnectAsync"/>, which connects to the very addresses it has checked. What is left: a pooled connection to the same
/// host and port, opened for a URL that the registry itself names, is used without a second look.
/// </remarks>
public sealed class AddressPolicy
{
    /// <summary>Public addresses only.</summary>
    internal static readonly AddressPolicy PublicOnly = new([]);

    /// <summary>Where a request carries its policy.</summary>
    internal static readonly HttpRequestOptionsKey<AddressPolicy> RequestOption = new("Cambist.AddressPolicy");

    readonly bool _allowsPrivate;
    readonly bool _allowsLoopback;
    readonly bool _allowsLinkLocal;

    AddressPolicy(IEnumerable<IPAddress> neighbours)
    {
        foreach (var neighbour in neighbours)
        {
            var kind = AddressKinds.Of(neighbour);
            _allowsLoopback |= kind == AddressKind.Loopback;
            _allowsPrivate |= kind is AddressKind.Private or AddressKind.Loopback; // a development machine's containers
            _allowsLinkLocal |= kind == AddressKind.LinkLocal;
        }
    }

    /// <summary>Public addresses, and those of the kinds that the issuer's own host has.</summary>
    internal static AddressPolicy ForIssuerAt(IEnumerable<IPAddress> addresses) => new(addresses);

    /// <summary>Whether a connection may be opened to this address.</summary>
    internal bool Allows(IPAddress address) => AddressKinds.Of(address) switch
    {
        AddressKind.Public => true,
        AddressKind.Private => _allowsPrivate,
        AddressKind.Loopback => _allowsLoopback,
        AddressKind.LinkLocal => _allowsLinkLocal,
        _ => false,
    };

    /// <summary>
    /// For <see cref="SocketsHttpHandler.ConnectCallback"/>: resolves, checks and connects in one go where the request carries a
    /// policy, else just connects. Through a proxy, which resolves by itself, nothing is checked here.
    /// </summary>
    /// <exception cref="HttpRequestException">An address of the host is not allowed.</exception>
    public static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var endPoint = context.DnsEndPoint;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var request = context.InitialRequestMessage;
            if (request.Options.TryGetValue(RequestOption, out var policy) && string.Equals(request.RequestUri?.IdnHost, endPoint.Host, StringComparison.OrdinalIgnoreCase))
            {
                var addresses = IPAddress.TryParse(endPoint.Host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(endPoint.Host, cancellationToken);
                if (addresses.Length == 0 || !addresses.All(policy.Allows)) throw new HttpRequestException(HttpRequestError.ConnectionError, $"{endPoint.Host} resolves to an address that is not allowed.");
                await socket.ConnectAsync(addresses, endPoint.Port, cancellationToken);
            }
            else
            {
                await socket.ConnectAsync(endPoint, cancellationToken);
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
