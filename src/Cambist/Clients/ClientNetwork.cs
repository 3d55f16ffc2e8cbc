using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Cambist;

/// <summary>
/// Whom failures are counted for: one IPv4 address, or the /64 of an IPv6 address, since whoever has one address of a /64 has all
/// of them.
/// </summary>
readonly record struct ClientNetwork
{
    const int Length = 16;

    readonly UInt128 _bits; // IPv4 as ::ffff:a.b.c.d; 0 where there is no address

    /// <summary>The network of an address; null for a caller on this machine without one, as on a Unix socket.</summary>
    public ClientNetwork(IPAddress? address)
    {
        if (address is null) return;
        Span<byte> bytes = stackalloc byte[Length];
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            bytes[10] = bytes[11] = 0xFF;
            address.TryWriteBytes(bytes[12..], out _);
        }
        else
        {
            address.TryWriteBytes(bytes, out _);
            if (!address.IsIPv4MappedToIPv6) bytes[8..].Clear();
        }

        _bits = BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    public void WriteTo(Span<byte> sixteenBytes) => BinaryPrimitives.WriteUInt128BigEndian(sixteenBytes, _bits);

    /// <summary>As the ledger shows it: <c>203.0.113.7</c>, <c>2001:db8:1:2::/64</c>, or <c>local</c>.</summary>
    public override string ToString()
    {
        if (_bits == 0) return "local";
        Span<byte> bytes = stackalloc byte[Length];
        WriteTo(bytes);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4().ToString() : $"{address}/64";
    }
}
