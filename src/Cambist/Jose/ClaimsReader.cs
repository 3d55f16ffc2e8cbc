using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Cambist;

/// <summary>
/// The one pass over the text of <see cref="Claims"/>. Works in rented buffers; what is kept in the end is copied to size.
/// The text is known to be UTF-8.
/// </summary>
internal ref struct ClaimsReader
{
    readonly ReadOnlyMemory<byte> _json;
    Utf8JsonReader _reader;
    ClaimEntry[] _table = ArrayPool<ClaimEntry>.Shared.Rent(64);
    int _count;
    byte[] _unescaped = [];
    int _unescapedLength;
    int _nameStart;
    int _nameLength;
    OpenContainers _open;
    int _depth;

    public ClaimsReader(ReadOnlyMemory<byte> json)
    {
        _json = json;

        // One level more than we take, so that depth is our finding and not an exception.
        _reader = new Utf8JsonReader(json.Span, new JsonReaderOptions { MaxDepth = Claims.MaxDepth + 1 });
    }

    /// <summary>Fills the table.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public JsonFault Read()
    {
        while (_reader.Read())
        {
            var fault = _reader.TokenType switch
            {
                JsonTokenType.PropertyName => ReadName(),
                JsonTokenType.StartObject => Open(ClaimKind.Object),
                JsonTokenType.StartArray => Open(ClaimKind.Array),
                JsonTokenType.EndObject or JsonTokenType.EndArray => Close(),
                JsonTokenType.String => ReadString(),
                JsonTokenType.Number => Add(ClaimKind.Number),
                JsonTokenType.True => Add(ClaimKind.True),
                JsonTokenType.False => Add(ClaimKind.False),
                _ => Add(ClaimKind.Null),
            };
            if (fault != JsonFault.None) return fault;
        }

        return JsonFault.None;
    }

    public readonly Claims ToClaims() => new(_json, _table.AsSpan(0, _count).ToArray(), _unescaped.AsSpan(0, _unescapedLength).ToArray());

    public readonly void ReturnBuffers()
    {
        ArrayPool<ClaimEntry>.Shared.Return(_table);
        if (_unescaped.Length > 0) ArrayPool<byte>.Shared.Return(_unescaped);
    }

    JsonFault ReadName()
    {
        _nameStart = (int)_reader.TokenStartIndex + 1;
        _nameLength = _reader.ValueSpan.Length;
        if (!_reader.ValueIsEscaped) return JsonFault.None;

        if (!TryUnescape(out var start, out _nameLength)) return JsonFault.LoneSurrogate;
        _nameStart = ~start;
        return JsonFault.None;
    }

    JsonFault ReadString()
    {
        var fault = Add(ClaimKind.String);
        if (fault != JsonFault.None || !_reader.ValueIsEscaped) return fault;

        ref var entry = ref _table[_count - 1];
        entry.IsEscaped = true;
        return TryUnescape(out entry.Link, out entry.Count) ? JsonFault.None : JsonFault.LoneSurrogate;
    }

    bool TryUnescape(out int start, out int length)
    {
        start = _unescapedLength;
        length = 0;
        if (!EscapedText.HasPairedSurrogates(_reader.ValueSpan)) return false;

        // Unescaping never makes text longer, so this holds all strings and names of the document together.
        if (_unescaped.Length == 0) _unescaped = ArrayPool<byte>.Shared.Rent(_json.Length);
        length = _reader.CopyString(_unescaped.AsSpan(start));
        _unescapedLength += length;
        return true;
    }

    JsonFault Add(ClaimKind kind)
    {
        if (_depth > 0) _table[_open[_depth - 1]].Count++;
        else if (kind != ClaimKind.Object) return JsonFault.NotAnObject;

        if (_count == _table.Length) Grow();
        _table[_count++] = new ClaimEntry
        {
            Kind = kind,
            Start = (int)_reader.TokenStartIndex,
            Length = (int)(_reader.BytesConsumed - _reader.TokenStartIndex),
            NameStart = _nameStart,
            NameLength = _nameLength,
        };
        (_nameStart, _nameLength) = (0, 0);
        return JsonFault.None;
    }

    JsonFault Open(ClaimKind kind)
    {
        if (_depth == Claims.MaxDepth) return JsonFault.TooDeep;
        var fault = Add(kind);
        if (fault != JsonFault.None) return fault;
        _open[_depth++] = _count - 1;
        return JsonFault.None;
    }

    JsonFault Close()
    {
        var container = _open[--_depth];
        ref var entry = ref _table[container];
        entry.Length = (int)_reader.BytesConsumed - entry.Start;
        entry.Link = _count;
        return entry.Kind == ClaimKind.Object && MemberNames.HaveDuplicate(_json, _unescaped, _table, container)
            ? JsonFault.DuplicateName
            : JsonFault.None;
    }

    void Grow()
    {
        var larger = ArrayPool<ClaimEntry>.Shared.Rent(_table.Length * 4);
        _table.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<ClaimEntry>.Shared.Return(_table);
        _table = larger;
    }

    [InlineArray(Claims.MaxDepth)]
    struct OpenContainers
    {
        int _first;
    }
}
