using System.Buffers;
using System.Buffers.Binary;

namespace Cambist.Storage.Sqlite;

/// <summary>
/// The entries of one batch as one value: a format byte, then each entry as its id (16 bytes), the length of its JSON
/// (4 bytes, little endian) and its JSON.
/// </summary>
sealed class EntryBlock
{
    const byte Format = 1;
    const int Head = 20;
    const int LargestKeptBuffer = 2 * 1024 * 1024;

    ArrayBufferWriter<byte> _bytes = new(64 * 1024);

    /// <summary>How many entries are in it.</summary>
    public int Count { get; private set; }

    public DecisionId First { get; private set; }

    public DecisionId Last { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public void Clear()
    {
        Count = 0;
        if (_bytes.Capacity > LargestKeptBuffer) _bytes = new(64 * 1024);
        else _bytes.ResetWrittenCount();
        _bytes.GetSpan(1)[0] = Format;
        _bytes.Advance(1);
    }

    /// <summary>An entry as it is kept, for writes that are no batch of entries.</summary>
    public static ReadOnlyMemory<byte> JsonOf(LedgerEntry entry)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var encoder = LedgerEntryJson.CreateWriter(json)) LedgerEntryJson.Write(encoder, entry);
        return json.WrittenMemory;
    }

    public void Add(DecisionId id, ReadOnlySpan<byte> json)
    {
        if (Count++ == 0) First = id;
        Last = id;
        var target = _bytes.GetSpan(Head + json.Length);
        id.WriteTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[16..], json.Length);
        json.CopyTo(target[Head..]);
        _bytes.Advance(Head + json.Length);
    }

    /// <summary>The entries of a stored block, oldest first.</summary>
    public static Reader Read(ReadOnlySpan<byte> block)
    {
        if (block.IsEmpty || block[0] != Format) throw new StoreUnavailableException("A block of the ledger has a format that this release cannot read.");
        return new(block[1..]);
    }

    public ref struct Reader(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> _rest = rest;

        public DecisionId Id { get; private set; }

        public ReadOnlySpan<byte> Json { get; private set; }

        public bool Next()
        {
            if (_rest.IsEmpty) return false;
            Id = DecisionId.Read(_rest);
            Json = _rest.Slice(Head, BinaryPrimitives.ReadInt32LittleEndian(_rest[16..]));
            _rest = _rest[(Head + Json.Length)..];
            return true;
        }
    }
}
