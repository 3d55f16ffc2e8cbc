using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Cambist;

/// <summary>
/// The name of one recorded decision: 48 bits of milliseconds since 1970, a 16-bit counter, 64 random bits.
/// Ids of one store sort by the order in which they were recorded; nobody can guess one. Text is 32 hex digits.
/// </summary>
public readonly record struct DecisionId(UInt128 Value) : IComparable<DecisionId>
{
    /// <summary>The ledger's clock when the decision was recorded, in milliseconds since 1970.</summary>
    public long Milliseconds => (long)(Value >> 80);

    /// <summary>Whether this is a real id; the default value is none.</summary>
    public bool IsNone => Value == UInt128.Zero;

    /// <summary>The smallest id of a millisecond: where a scan by time begins.</summary>
    public static DecisionId FirstOf(long milliseconds) => new((UInt128)(ulong)milliseconds << 80);

    /// <summary>Reads 32 hex digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DecisionId id)
    {
        id = default;
        if (text is not { Length: 32 }) return false;
        if (!UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)) return false;
        id = new(value);
        return true;
    }

    /// <summary>16 bytes, most significant first, so that bytes sort as ids do.</summary>
    public void WriteTo(Span<byte> destination) => BinaryPrimitives.WriteUInt128BigEndian(destination, Value);

    /// <summary>Reads what <see cref="WriteTo"/> wrote.</summary>
    public static DecisionId Read(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt128BigEndian(bytes));

    /// <inheritdoc/>
    public int CompareTo(DecisionId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);

#pragma warning disable CS1591
    public static bool operator <(DecisionId left, DecisionId right) => left.Value < right.Value;
    public static bool operator >(DecisionId left, DecisionId right) => left.Value > right.Value;
    public static bool operator <=(DecisionId left, DecisionId right) => left.Value <= right.Value;
    public static bool operator >=(DecisionId left, DecisionId right) => left.Value >= right.Value;
#pragma warning restore CS1591
}

/// <summary>
/// Gives decision ids in strictly rising order, also when the clock steps back or a millisecond holds more than
/// 65,536 decisions. One instance belongs to one writer; it is not safe for several threads.
/// </summary>
public sealed class DecisionIdSequence(TimeProvider clock)
{
    UInt128 _stamp; // milliseconds and counter of the last id: 64 bits

    /// <summary>Never gives an id at or below <paramref name="last"/>, the newest one already in the store.</summary>
    public void StartAfter(DecisionId last) => _stamp = UInt128.Max(_stamp, last.Value >> 64);

    /// <summary>
    /// An instant between the ids given so far and those to come, in milliseconds since 1970: none so far is later, all to
    /// come are. What a revocation is stamped with.
    /// </summary>
    public long Separate()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var instant = Math.Max(now, (long)(_stamp >> 16));
        SeparateAt(instant);
        return instant;
    }

    /// <summary>Never gives an id in or before a millisecond: such as one that was given by <see cref="Separate"/> earlier, by whatever process.</summary>
    public void SeparateAt(long instant) => _stamp = UInt128.Max(_stamp, ((UInt128)(ulong)instant << 16) | ushort.MaxValue);

    /// <summary>The next id.</summary>
    public DecisionId Next()
    {
        var now = (UInt128)(ulong)clock.GetUtcNow().ToUnixTimeMilliseconds() << 16;
        _stamp = now > _stamp ? now : _stamp + 1;
        Span<byte> random = stackalloc byte[8];
        RandomBytes.Fill(random);
        return new DecisionId((_stamp << 64) | BinaryPrimitives.ReadUInt64LittleEndian(random));
    }
}
