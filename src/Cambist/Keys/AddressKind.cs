using System.Net;
using System.Net.Sockets;

namespace Cambist;

/// <summary>What an address is to a server that must not be sent into its own network.</summary>
enum AddressKind
{
    Public,

    /// <summary>Reachable inside only, or not for one host: RFC 1918, carrier-grade NAT, unique local, multicast, reserved …</summary>
    Private,
    LinkLocal,
    Loopback,
}

/// <summary>Tells kinds of addresses (RFC 6890).</summary>
static class AddressKinds
{
    public static AddressKind Of(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        return address.AddressFamily == AddressFamily.InterNetwork ? OfIPv4(bytes[..length]) : OfIPv6(bytes);
    }

    static AddressKind OfIPv4(ReadOnlySpan<byte> b) => b switch
    {
        [127, ..] => AddressKind.Loopback,
        [169, 254, ..] => AddressKind.LinkLocal,
        [0 or 10 or >= 224, ..] => AddressKind.Private,
        [172, >= 16 and <= 31, ..] => AddressKind.Private,
        [192, 168, ..] or [192, 0, 0, _] => AddressKind.Private,
        [100, >= 64 and <= 127, ..] => AddressKind.Private, // carrier-grade NAT, RFC 6598
        [198, 18 or 19, ..] => AddressKind.Private,
        _ => AddressKind.Public,
    };

    static AddressKind OfIPv6(ReadOnlySpan<byte> b)
    {
        if (!b[..12].ContainsAnyExcept((byte)0)) return b[12..] is [0, 0, 0, 1] ? AddressKind.Loopback : AddressKind.Private;
        return b switch
        {
            [0xfe, >= 0x80 and <= 0xbf, ..] => AddressKind.LinkLocal,
            [0xfe, >= 0xc0, ..] or [0xfc or 0xfd or 0xff, ..] => AddressKind.Private,
            [0x20, 0x01, 0, 0, ..] => AddressKind.Private,                         // Teredo hides an IPv4 address
            [0x20, 0x02, ..] => OfIPv4(b[2..6]),                                   // 6to4
            [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, ..] => OfIPv4(b[12..]), // NAT64, RFC 6052
            [0, 0x64, 0xff, 0x9b, ..] => AddressKind.Private,                      // local NAT64, RFC 8215
            [0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, ..] => OfIPv4(b[12..]),     // IPv4-translated, RFC 2765
            [1, 0, 0, 0, 0, 0, 0, 0, ..] => AddressKind.Private,                   // discarded, RFC 6666
            _ => AddressKind.Public,
        };
    }
}
