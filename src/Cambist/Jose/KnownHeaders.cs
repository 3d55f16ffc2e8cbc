using System.Runtime.InteropServices;

namespace Cambist;

/// <summary>
/// Headers of JWTs as they were read, by their very bytes: an issuer's tokens have one header for as long as it signs with one key. What a
/// header says depends on nothing but its bytes, so whoever sent it first, it is read the same; a few places, and whoever comes
/// takes one.
/// </summary>
static class KnownHeaders
{
    const int Places = 64;
    const int LongestKept = 512;

    static readonly Known?[] Table = new Known?[Places];

    sealed record Known(byte[] Encoded, Claims Claims, JoseHeader Header);

    /// <summary>Reads a header.</summary>
    /// <param name="encoded">In base64url.</param>
    /// <param name="claims">All of it.</param>
    /// <param name="header">What of it is of use.</param>
    public static JwsFault TryRead(ReadOnlySpan<byte> encoded, out Claims claims, out JoseHeader header)
    {
        ref var place = ref Table[PlaceOf(encoded)];
        if (Volatile.Read(ref place) is { } known && encoded.SequenceEqual(known.Encoded))
        {
            (claims, header) = (known.Claims, known.Header);
            return JwsFault.None;
        }

        (claims, header) = (Claims.Empty, default);
        if (CanonicalBase64Url.Decode(encoded) is not { } json) return JwsFault.NotCompact;
        if (!Claims.TryParse(json, out var read, out _)) return JwsFault.NotClaims;
        claims = read;
        var fault = JoseHeader.TryRead(read, out header);
        if (fault == JwsFault.None && encoded.Length <= LongestKept) Volatile.Write(ref place, new(encoded.ToArray(), claims, header));
        return fault;
    }

    /// <summary>By length and end: headers of one issuer differ in <c>kid</c>, which mostly comes last.</summary>
    static int PlaceOf(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length < sizeof(ulong)) return 0;
        var end = MemoryMarshal.Read<ulong>(encoded[^sizeof(ulong)..]) + (ulong)encoded.Length;
        return (int)(end * 0x9E3779B97F4A7C15 >> 58);
    }
}
