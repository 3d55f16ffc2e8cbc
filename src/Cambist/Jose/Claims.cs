using System.Diagnostics.CodeAnalysis;

namespace Cambist;

/// <summary>
/// A JSON object that was read strictly, once: UTF-8 checked, duplicate names refused at every depth, surrogates paired,
/// size and depth capped. Everything after the parse reads this: conditions, templates, customizers, the ledger.
/// </summary>
public sealed class Claims
{
    /// <summary>The most bytes of JSON that are read: 16 KiB.</summary>
    public const int MaxBytes = 16 * 1024;

    /// <summary>The deepest nesting that is read.</summary>
    public const int MaxDepth = 32;

    /// <summary>The empty object.</summary>
    public static readonly Claims Empty = null!;

    /// <summary>Reads a JSON object.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out Claims? claims, out JsonFault fault) => throw new InvalidOperationException();

    /// <summary>The JSON text as it was given.</summary>
    public ReadOnlyMemory<byte> Utf8 => throw new InvalidOperationException();

    /// <summary>The object itself.</summary>
    public Claim Root => throw new InvalidOperationException();

    /// <summary>A top-level member by its unescaped name.</summary>
    public bool TryGet(string name, out Claim claim) => throw new InvalidOperationException();

    /// <summary>A member by path.</summary>
    public bool TryGet(ClaimPath path, out Claim claim) => throw new InvalidOperationException();
}

/// <summary>Why text is not read as <see cref="Claims"/>.</summary>
public enum JsonFault
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

/// <summary>JSON kinds of a claim.</summary>
public enum ClaimKind : byte
{
    /// <summary>No claim: the default value.</summary>
    Missing,
#pragma warning disable CS1591 // JSON's own names
    Null, False, True, Number, String, Array, Object,
#pragma warning restore CS1591
}

/// <summary>One value inside <see cref="Claims"/>. A view, valid as long as they are; nothing is copied until asked for.</summary>
public readonly struct Claim
{
    /// <summary>What kind of value it is.</summary>
    public ClaimKind Kind => throw new InvalidOperationException();

    /// <summary>The JSON text of this value.</summary>
    public ReadOnlySpan<byte> RawJson => throw new InvalidOperationException();

    /// <summary>A string's value, unescaped; null for other kinds.</summary>
    public string? GetString() => throw new InvalidOperationException();

    /// <summary>Whether this is a string with exactly this value, compared unescaped and ordinally.</summary>
    public bool IsString(ReadOnlySpan<char> value) => throw new InvalidOperationException();

    /// <summary>A number that is a whole number (also written 1.0 or 1e3) within 64 bits.</summary>
    public bool TryGetInt64(out long value) => throw new InvalidOperationException();

    /// <summary>
    /// A NumericDate (RFC 7519 §2) in whole seconds, fractions cut. Refuses what is no number, negative, beyond year 9999 or not finite.
    /// </summary>
    public bool TryGetSeconds(out long seconds) => throw new InvalidOperationException();

    /// <summary>Number of elements of an array or members of an object; 0 for others.</summary>
    public int Count => throw new InvalidOperationException();

    /// <summary>A member of an object by its unescaped name.</summary>
    public bool TryGet(string name, out Claim member) => throw new InvalidOperationException();

    /// <summary>The elements of an array; none for other kinds.</summary>
    public Elements EnumerateArray() => throw new InvalidOperationException();

    /// <summary>The members of an object; none for other kinds.</summary>
    public Members EnumerateObject() => throw new InvalidOperationException();

    /// <summary>Enumerates elements without allocating.</summary>
    public struct Elements
    {
        /// <summary>The element.</summary>
        public readonly Claim Current => throw new InvalidOperationException();

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext() => throw new InvalidOperationException();

        /// <summary>Itself.</summary>
        public readonly Elements GetEnumerator() => this;
    }

    /// <summary>Enumerates members without allocating.</summary>
    public struct Members
    {
        /// <summary>The member.</summary>
        public readonly (string Name, Claim Value) Current => throw new InvalidOperationException();

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext() => throw new InvalidOperationException();

        /// <summary>Itself.</summary>
        public readonly Members GetEnumerator() => this;
    }
}
