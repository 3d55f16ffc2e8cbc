using System.Buffers;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Tells from an entry's bytes, without decoding it, that it cannot fit a filter: what it looks for must stand there as
/// <see cref="LedgerEntryJson"/> writes it. What may fit is then decoded and asked for real.
/// </summary>
sealed class EntrySieve
{
    readonly List<byte[]> _needles = [];

    public EntrySieve(DecisionFilter filter)
    {
        if (filter.Outcome is { } outcome) _needles.Add([.. "\"outcome\":"u8, .. Written(LedgerEntryJson.OutcomeName(outcome))]);
        if (filter.Client is { } client) _needles.Add([.. "\"client\":"u8, .. Written(client)]);
        if (filter.Subject is { } subject) _needles.Add([.. "\"sub\":"u8, .. Written(subject)]);
        if (filter.Issued is { } issued) _needles.Add([.. "\"jti\":"u8, .. Written(issued)]);
        if (filter.Reason is { } reason && reason != Reason.None) _needles.Add([.. "\"reason\":"u8, .. Written(reason.WireName())]);
        if (filter.Lineage is { } lineage) _needles.Add(Written(lineage)[..^1]); // it, or an id that begins with it
    }

    /// <summary>What must stand in an entry that fits.</summary>
    public IReadOnlyList<byte[]> Needles => _needles;

    public bool MayFit(ReadOnlySpan<byte> json)
    {
        foreach (var needle in _needles)
            if (json.IndexOf(needle) < 0) return false;
        return true;
    }

    static byte[] Written(string text)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = LedgerEntryJson.CreateWriter(bytes)) writer.WriteStringValue(text);
        return bytes.WrittenSpan.ToArray();
    }
}
