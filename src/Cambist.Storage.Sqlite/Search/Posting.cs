using System.Buffers.Binary;

namespace Cambist.Storage.Sqlite;

/// <summary>A key and a block that holds an entry of it, as one number that sorts by key, then block; on disk 16 bytes, most significant first.</summary>
static class Posting
{
    public const int Size = 16;

    public static UInt128 Of(ulong key, long block) => new(key, (ulong)block);

    public static ulong Key(UInt128 posting) => (ulong)(posting >> 64);

    public static long Block(UInt128 posting) => (long)(ulong)posting;

    public static UInt128 At(ReadOnlySpan<byte> postings, int index) => BinaryPrimitives.ReadUInt128BigEndian(postings[(index * Size)..]);

    public static void Write(Span<byte> postings, int index, UInt128 posting) => BinaryPrimitives.WriteUInt128BigEndian(postings[(index * Size)..], posting);
}
