using System.Text;

namespace Cambist;

/// <summary>JSON kinds of a claim.</summary>
enum ClaimKind : byte
{
    /// <summary>No claim: the default value.</summary>
    Missing,
#pragma warning disable CS1591 // JSON's own names
    Null, False, True, Number, String, Array, Object,
#pragma warning restore CS1591
}

/// <summary>One value inside <see cref="Claims"/>. A view, valid as long as they are; nothing is copied until asked for.</summary>
readonly struct Claim
{
    const long EndOfYear9999 = 253_402_300_799;

    readonly Claims? _claims;
    readonly int _index;

    internal Claim(Claims claims, int index) => (_claims, _index) = (claims, index);

    /// <summary>What kind of value it is.</summary>
    public ClaimKind Kind => _claims is null ? ClaimKind.Missing : _claims.Entry(_index).Kind;

    /// <summary>The JSON text of this value; empty where it is missing.</summary>
    public ReadOnlySpan<byte> RawJson => _claims is null ? default : _claims.RawJson(_index);

    /// <summary>A string's value in UTF-8, unescaped; empty for other kinds.</summary>
    public ReadOnlySpan<byte> Utf8Text => Kind == ClaimKind.String ? _claims!.Text(_index) : default;

    /// <summary>A string's value, unescaped; null for other kinds.</summary>
    public string? GetString() => Kind == ClaimKind.String ? Encoding.UTF8.GetString(_claims!.Text(_index)) : null;

    /// <summary>Whether this is a string with exactly this value, compared unescaped and ordinally.</summary>
    public bool IsString(ReadOnlySpan<char> value) => Kind == ClaimKind.String && Utf8Equality.Equals(_claims!.Text(_index), value);

    /// <summary>Whether this is a string with exactly this value in UTF-8, compared unescaped.</summary>
    public bool IsString(ReadOnlySpan<byte> utf8Value) => Kind == ClaimKind.String && _claims!.Text(_index).SequenceEqual(utf8Value);

    /// <summary>A number that is a whole number (also written 1.0 or 1e3) within 64 bits.</summary>
    public bool TryGetInt64(out long value)
    {
        value = 0;
        if (Kind != ClaimKind.Number || !JsonNumber.TryTruncate(RawJson, out var magnitude, out var isWhole) || !isWhole) return false;
        var isNegative = JsonNumber.IsNegative(RawJson);
        if (magnitude > long.MaxValue + (isNegative ? 1UL : 0UL)) return false;
        value = isNegative ? unchecked(-(long)magnitude) : (long)magnitude;
        return true;
    }

    /// <summary>
    /// A NumericDate (RFC 7519 §2) in whole seconds, fractions cut. Refuses what is no number, negative (also <c>-0</c>),
    /// beyond year 9999 or not finite.
    /// </summary>
    public bool TryGetSeconds(out long seconds)
    {
        seconds = 0;
        if (Kind != ClaimKind.Number || JsonNumber.IsNegative(RawJson)) return false;
        if (!JsonNumber.TryTruncate(RawJson, out var magnitude, out _) || magnitude > EndOfYear9999) return false;
        seconds = (long)magnitude;
        return true;
    }

    /// <summary>Number of elements of an array or members of an object; 0 for others.</summary>
    public int Count => Kind is ClaimKind.Array or ClaimKind.Object ? _claims!.Entry(_index).Count : 0;

    /// <summary>A member of an object by its unescaped name.</summary>
    public bool TryGet(string name, out Claim member)
    {
        foreach (var candidate in EnumerateObject())
        {
            if (!Utf8Equality.Equals(candidate.Utf8Name, name)) continue;
            member = candidate.Value;
            return true;
        }

        member = default;
        return false;
    }

    /// <summary>A member of an object by its unescaped name in UTF-8.</summary>
    public bool TryGet(ReadOnlySpan<byte> utf8Name, out Claim member)
    {
        foreach (var candidate in EnumerateObject())
        {
            if (!candidate.Utf8Name.SequenceEqual(utf8Name)) continue;
            member = candidate.Value;
            return true;
        }

        member = default;
        return false;
    }

    /// <summary>The elements of an array; none for other kinds.</summary>
    public Elements EnumerateArray() => Kind == ClaimKind.Array ? new(_claims!, _index) : default;

    /// <summary>The members of an object; none for other kinds.</summary>
    public Members EnumerateObject() => Kind == ClaimKind.Object ? new(_claims!, _index) : default;

    /// <summary>A member of an object.</summary>
    public readonly struct Member
    {
        readonly Claims _claims;
        readonly int _index;

        internal Member(Claims claims, int index) => (_claims, _index) = (claims, index);

        /// <summary>Its name, unescaped.</summary>
        public string Name => Encoding.UTF8.GetString(Utf8Name);

        /// <summary>Its name in UTF-8, unescaped.</summary>
        public ReadOnlySpan<byte> Utf8Name => _claims.Name(_index);

        /// <summary>Its value.</summary>
        public Claim Value => new(_claims, _index);

        /// <summary>Takes it apart.</summary>
        public void Deconstruct(out string name, out Claim value) => (name, value) = (Name, Value);
    }

    /// <summary>Enumerates elements without allocating.</summary>
    public struct Elements
    {
        Children _children;

        internal Elements(Claims claims, int container) => _children = new(claims, container);

        /// <summary>The element.</summary>
        public readonly Claim Current => new(_children.Claims, _children.Index);

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext() => _children.MoveNext();

        /// <summary>Itself.</summary>
        public readonly Elements GetEnumerator() => this;
    }

    /// <summary>Enumerates members without allocating.</summary>
    public struct Members
    {
        Children _children;

        internal Members(Claims claims, int container) => _children = new(claims, container);

        /// <summary>The member.</summary>
        public readonly Member Current => new(_children.Claims, _children.Index);

        /// <summary>Goes to the next one.</summary>
        public bool MoveNext() => _children.MoveNext();

        /// <summary>Itself.</summary>
        public readonly Members GetEnumerator() => this;
    }

    struct Children(Claims claims, int container)
    {
        int _left = claims.Entry(container).Count;
        int _next = container + 1;

        public readonly Claims Claims => claims;

        public int Index { get; private set; }

        public bool MoveNext()
        {
            if (_left == 0) return false;
            _left--;
            Index = _next;
            _next = claims.Entry(_next).NextSibling(_next);
            return true;
        }
    }
}
