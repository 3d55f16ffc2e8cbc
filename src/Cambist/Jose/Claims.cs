using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Cambist;

/// <summary>
/// A JSON object that was read strictly, once: UTF-8 checked, duplicate names refused at every depth, surrogates paired,
/// size and depth capped. Everything after the parse reads this: conditions, templates, customizers, the ledger.
/// Immutable, and safe to read from any number of threads.
/// </summary>
sealed class Claims
{
    /// <summary>The most bytes of JSON that are read: 16 KiB.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>The deepest nesting that is read; the object itself is the first level.</summary>
    public const int MaxDepth = 32;

    /// <summary>The empty object.</summary>
    public static readonly Claims Empty = Parse("{}"u8.ToArray());

    readonly ClaimEntry[] _table;
    readonly byte[] _unescaped;

    internal Claims(ReadOnlyMemory<byte> utf8, ClaimEntry[] table, byte[] unescaped) =>
        (Utf8, _table, _unescaped) = (utf8, table, unescaped);

    /// <summary>Reads a JSON object.</summary>
    /// <param name="utf8">Its text, which is kept, not copied: it must not change afterwards.</param>
    /// <param name="claims">The object.</param>
    /// <param name="fault">Why it was refused.</param>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out Claims? claims, out JsonFault fault) =>
        TryParse(utf8, MaxBytes, out claims, out fault);

    internal static bool TryParse(ReadOnlyMemory<byte> utf8, int maxBytes, [NotNullWhen(true)] out Claims? claims, out JsonFault fault)
    {
        claims = null;
        fault = JsonFault.TooLong;
        if (utf8.Length > maxBytes) return false;

        fault = JsonFault.NotUtf8; // RFC 8259 §8.1: UTF-8 without a byte order mark
        if (utf8.Span.StartsWith("\uFEFF"u8) || !System.Text.Unicode.Utf8.IsValid(utf8.Span)) return false;

        var reader = new ClaimsReader(utf8);
        try
        {
            fault = reader.Read();
            if (fault == JsonFault.None) claims = reader.ToClaims();
        }
        catch (JsonException)
        {
            fault = JsonFault.NotJson;
        }
        finally
        {
            reader.ReturnBuffers();
        }

        return claims is not null;
    }

    /// <summary>Reads a JSON object that we or an operator wrote; as strict as <see cref="TryParse(ReadOnlyMemory{byte}, out Claims?, out JsonFault)"/>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Claims Parse(ReadOnlyMemory<byte> utf8) =>
        TryParse(utf8, out var claims, out var fault) ? claims : throw new FormatException($"Not claims: {fault}.");

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte})"/>
    public static Claims Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <summary>The JSON text as it was given.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>How much memory a <see cref="Copy"/> takes, in bytes, but for a few headers of objects.</summary>
    internal int Footprint => Utf8.Length + _unescaped.Length + (_table.Length * Unsafe.SizeOf<ClaimEntry>());

    /// <summary>The same over bytes of its own: where the text is a stretch of a larger buffer, the buffer is let go.</summary>
    internal Claims Copy() => new(Utf8.ToArray(), _table, _unescaped);

    /// <summary>The object itself.</summary>
    public Claim Root => new(this, 0);

    /// <summary>A top-level member by its unescaped name.</summary>
    public bool TryGet(string name, out Claim claim) => Root.TryGet(name, out claim);

    /// <summary>A top-level member by its unescaped name in UTF-8.</summary>
    public bool TryGet(ReadOnlySpan<byte> utf8Name, out Claim claim) => Root.TryGet(utf8Name, out claim);

    /// <summary>A member by path.</summary>
    public bool TryGet(ClaimPath path, out Claim claim)
    {
        claim = Root;
        for (var i = 0; i < path.Steps.Count; i++)
            if (!claim.TryGet(path.Steps[i], out claim)) return false;
        return true;
    }

    internal ref readonly ClaimEntry Entry(int index) => ref _table[index];

    internal ReadOnlySpan<byte> RawJson(int index)
    {
        ref readonly var entry = ref _table[index];
        return Utf8.Span.Slice(entry.Start, entry.Length);
    }

    internal ReadOnlySpan<byte> Name(int index) => _table[index].Name(Utf8.Span, _unescaped);

    internal ReadOnlySpan<byte> Text(int index)
    {
        ref readonly var entry = ref _table[index];
        return entry.IsEscaped ? _unescaped.AsSpan(entry.Link, entry.Count) : Utf8.Span.Slice(entry.Start + 1, entry.Length - 2);
    }
}

/// <summary>Why text is not read as <see cref="Claims"/>.</summary>
enum JsonFault
{
    /// <summary>It was read.</summary>
    None,

    /// <summary>More than <see cref="Claims.MaxBytes"/>.</summary>
    TooLong,

    /// <summary>Not UTF-8, or with a byte order mark.</summary>
    NotUtf8,

    /// <summary>Not JSON (RFC 8259).</summary>
    NotJson,

    /// <summary>JSON, but no object.</summary>
    NotAnObject,

    /// <summary>A member name twice in one object.</summary>
    DuplicateName,

    /// <summary>A surrogate without its partner, escaped.</summary>
    LoneSurrogate,

    /// <summary>Nested deeper than <see cref="Claims.MaxDepth"/>.</summary>
    TooDeep,
}
