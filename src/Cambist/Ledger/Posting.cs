using System.Buffers.Binary;

namespace Cambist;

/// <summary>
/// A key and the place of an entry that has it, as one number that sorts by key, then place; on disk 16 bytes, most significant first.
/// What a place is, a store decides: later entries have higher ones.
/// </summary>
static class Posting
{
    public const int Size = 16;

    public static UInt128 Of(ulong key, long place) => new(key, (ulong)place);

    public static ulong Key(UInt128 posting) => (ulong)(posting >> 64);

    public static long Place(UInt128 posting) => (long)(ulong)posting;

    public static UInt128 At(ReadOnlySpan<byte> postings, int index) => BinaryPrimitives.ReadUInt128BigEndian(postings[(index * Size)..]);

    public static void Write(Span<byte> postings, int index, UInt128 posting) => BinaryPrimitives.WriteUInt128BigEndian(postings[(index * Size)..], posting);

    /// <summary>Reads all postings of a page.</summary>
    /// <returns>How many they are.</returns>
    public static int ReadAll(ReadOnlySpan<byte> page, Span<UInt128> postings)
    {
        var count = page.Length / Size;
        for (var i = 0; i < count; i++) postings[i] = At(page, i);
        return count;
    }

    /// <summary>The highest place up to one that a page has for a key; null where it has none.</summary>
    public static long? UpTo(ReadOnlySpan<byte> postings, ulong key, long place)
    {
        var wanted = Of(key, place);
        if (postings.IsEmpty || At(postings, 0) > wanted) return null;
        var (low, high) = (0, (postings.Length / Size) - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (At(postings, middle) <= wanted) low = middle;
            else high = middle - 1;
        }

        var found = At(postings, low);
        return Key(found) == key ? Place(found) : null;
    }
}
