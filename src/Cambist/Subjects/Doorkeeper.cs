using System.Runtime.InteropServices;

namespace Cambist;

/// <summary>
/// Who came lately: the ends of the last 16,384 tokens or so, in 128 KiB. Of a JWT the end is its signature's, as good as random, so nothing need be
/// hashed. Tokens with one end are taken for one another here, which costs whoever sends them the hash that this saves others, and no more.
/// </summary>
internal sealed class Doorkeeper
{
    /// <summary>How many characters of the end are looked at.</summary>
    public const int TailLength = 8;

    const int Pairs = 8192;

    // Pairs, the later one first. Written without care for others who write: of two at once one is forgotten.
    readonly ulong[] _ends = new ulong[Pairs * 2];

    /// <summary>Whether a token with this end came lately; it has come now.</summary>
    /// <param name="token">At least <see cref="TailLength"/> characters.</param>
    public bool Admits(string token)
    {
        var end = EndOf(token);
        var pair = _ends.AsSpan((int)(end * 0x9E3779B97F4A7C15 >> 51) * 2, 2);
        var (later, earlier) = (pair[0], pair[1]);
        if (later == end) return true;
        (pair[0], pair[1]) = (end, later);
        return earlier == end;
    }

    /// <summary>The last eight characters, which in a JWT have seven bits each: those of the second four go into the gaps of the first.</summary>
    static ulong EndOf(string token)
    {
        var utf16 = MemoryMarshal.AsBytes(token.AsSpan(token.Length - TailLength));
        return MemoryMarshal.Read<ulong>(utf16) ^ (MemoryMarshal.Read<ulong>(utf16[sizeof(ulong)..]) << 8);
    }
}
