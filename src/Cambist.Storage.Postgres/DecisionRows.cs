using System.Buffers;
using System.Buffers.Binary;
using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>Entries as rows: the id as a <c>uuid</c>, whose bytes sort as ids do, and the JSON.</summary>
static class DecisionRows
{
    public static LedgerEntry Read(NpgsqlDataReader row) => LedgerEntryJson.Read(IdOf(row.GetGuid(0)), row.GetFieldValue<byte[]>(1));

    public static DecisionId IdOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return DecisionId.Read(bytes);
    }

    public static Guid GuidOf(DecisionId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value);
        return new(bytes, bigEndian: true);
    }

    /// <summary>An entry as it is kept, for writes that are no batch of entries.</summary>
    public static ReadOnlyMemory<byte> JsonOf(LedgerEntry entry)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var encoder = LedgerEntryJson.CreateWriter(json)) LedgerEntryJson.Write(encoder, entry);
        return json.WrittenMemory;
    }
}
