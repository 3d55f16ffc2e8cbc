using System.Text.Json;
using System.Text.Unicode;

namespace Cambist.Server;

/// <summary>JSON of others that will be shown: all of it is asked for as text, and half a surrogate pair is none.</summary>
static class JsonText
{
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    /// <summary>An object without a member twice, at any depth; null where it is none.</summary>
    /// <exception cref="FormatException">It is JSON, but no text (RFC 8259 §8.2).</exception>
    public static JsonElement? Object(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            if (!Utf8.IsValid(utf8.Span)) return null;
            if (!IsText(utf8.Span)) throw new FormatException("The JSON escapes half of a surrogate pair.");
            using var json = JsonDocument.Parse(utf8, Strict);
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether every string and name in it has its surrogates in pairs.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && !EscapedText.HasPairedSurrogates(reader.ValueSpan)) return false;
        return true;
    }
}
