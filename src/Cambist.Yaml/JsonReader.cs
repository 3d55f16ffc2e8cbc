using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Cambist.Yaml;

/// <summary>JSON text (RFC 8259) to nodes. Strings count as quoted; numbers, true, false and null as plain scalars.</summary>
sealed class JsonReader(string text)
{
    readonly byte[] _utf8 = Encoding.UTF8.GetBytes(text);
    readonly ImmutableArray<RegistryFinding>.Builder _findings = ImmutableArray.CreateBuilder<RegistryFinding>();
    int _offset;
    int _line = 1;
    int _column = 1;

    /// <summary>Reads the text.</summary>
    public ParsedDocument Read()
    {
        var reader = new Utf8JsonReader(_utf8, new JsonReaderOptions { MaxDepth = RegistryDocument.MaxDepth + 1 });
        try
        {
            reader.Read();
            var document = Node(ref reader, "", 1);
            if (document is not null) reader.Read(); // whatever follows the document is a fault
            return new(document, _findings.ToImmutable());
        }
        catch (JsonException)
        {
            var place = Place((int)Math.Max(reader.BytesConsumed, reader.TokenStartIndex));
            _findings.Add(DocumentText.Fault(place, "this is not valid JSON here or just after it; look for a missing comma, quote or bracket, a comma too many, or a comment"));
            return new(null, _findings.ToImmutable());
        }
    }

    /// <summary>The node the reader stands on; null where it is nested too deep, which has been reported.</summary>
    DocumentNode? Node(ref Utf8JsonReader reader, string path, int depth)
    {
        var place = Place((int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject or JsonTokenType.StartArray when depth > RegistryDocument.MaxDepth:
                _findings.Add(DocumentText.Fault(place, $"nested deeper than {RegistryDocument.MaxDepth} levels"));
                return null;
            case JsonTokenType.StartObject:
                return Map(ref reader, place, path, depth);
            case JsonTokenType.StartArray:
                return List(ref reader, place, path, depth);
            case JsonTokenType.String:
                return String(ref reader) is { } value ? new DocumentScalar(place, path, value, IsQuoted: true) : new DocumentRefused(place, path);
            default:
                return new DocumentScalar(place, path, Encoding.UTF8.GetString(reader.ValueSpan), IsQuoted: false);
        }
    }

    DocumentMap? Map(ref Utf8JsonReader reader, DocumentPosition place, string path, int depth)
    {
        var map = new MapBuilder(place, path, _findings);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var keyPlace = Place((int)reader.TokenStartIndex);
            var key = String(ref reader);
            var isNew = key is not null && map.Admits(key, keyPlace);
            reader.Read();
            var value = Node(ref reader, DocumentPath.Member(path, key ?? "?"), depth + 1);
            if (value is null) return null;
            if (isNew) map.Add(key!, keyPlace, value);
        }

        return map.ToMap();
    }

    DocumentList? List(ref Utf8JsonReader reader, DocumentPosition place, string path, int depth)
    {
        var items = new List<DocumentNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (Node(ref reader, DocumentPath.Item(path, items.Count), depth + 1) is not { } item) return null;
            items.Add(item);
        }

        return new(place, path, items);
    }

    string? String(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            // the one thing a JSON string can hold and UTF-16 text cannot
            _findings.Add(DocumentText.Fault(Place((int)reader.TokenStartIndex), "the escapes in this string hold half a surrogate pair; write the character itself"));
            return null;
        }
    }

    DocumentPosition Place(int offset)
    {
        for (; _offset < offset && _offset < _utf8.Length; _offset++)
        {
            var b = _utf8[_offset];
            if (b == '\n') (_line, _column) = (_line + 1, 1);
            else if ((b & 0xC0) != 0x80) _column += b >= 0xF0 ? 2 : 1; // columns count UTF-16 code units, as the YAML parser does
        }

        return new(_line, _column);
    }
}
