using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Cambist.Server;

/// <summary>
/// A JWT taken apart to be looked at, never verified, and read more leniently than the server reads one: what it would refuse
/// can be seen here, and <see cref="TokenObjections"/> says so.
/// </summary>
sealed record DecodedToken(string Text, JsonElement Header, JsonElement Claims)
{
    /// <summary>Takes it apart.</summary>
    /// <exception cref="FailedException">It is no JWT; the message says where it stops being one, and shows nothing of it.</exception>
    public static DecodedToken Parse(string text)
    {
        if (text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) throw No("it begins with Bearer, which belongs to the header it was sent in; leave that out");
        if (text.StartsWith('{')) throw No("it is JSON, perhaps a whole token response; give the token alone, such as the value of access_token or id_token");
        for (var i = 0; i < text.Length; i++)
            if (text[i] is not ('.' or '-' or '_' or '=' or '+' or '/') && !char.IsAsciiLetterOrDigit(text[i]))
                throw No($"character {i + 1} {(char.IsWhiteSpace(text[i]) ? "is white space: was it wrapped, or are there two?" : "cannot stand in one")}");

        var parts = text.Split('.');
        if (parts.Length == 5) throw No("it has five parts and is encrypted (JWE, RFC 7516): only its recipient can read it, and Cambist takes signed ones alone");
        if (parts.Length == 1) throw No("it has no dots, so it is opaque: only the server that issued it can say what it means");
        if (parts.Length != 3) throw No($"it has {parts.Length} parts between its dots, and a signed JWT has three (RFC 7515 §7.1)");
        if (!TryDecode(parts[2], out _)) throw No("its third part, the signature, is not base64url; was it cut off?");
        return new(text, Object(parts[0], "first part, the header,"), Object(parts[1], "second part, the claims,"));
    }

    /// <summary>A member that is a string; null where it is absent or something else.</summary>
    public static string? StringOf(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static JsonElement Object(string part, string which)
    {
        if (part.Length == 0) throw No($"its {which} is empty");
        if (!TryDecode(part, out var bytes)) throw No($"its {which} is not base64url");
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
            using var json = JsonDocument.Parse(bytes);
            if (!JsonText.IsText(bytes)) throw No($"its {which} holds half a character: a \\u escape of a surrogate without its other half (RFC 8259 §8.2)");
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : throw No($"its {which} is JSON, but no object");
        }
        catch (DecoderFallbackException)
        {
            throw No($"its {which} is not UTF-8");
        }
        catch (JsonException e)
        {
            throw No($"its {which} is not JSON, from byte {e.BytePositionInLine + 1} of line {e.LineNumber + 1} on");
        }
    }

    static bool TryDecode(string part, out byte[] bytes)
    {
        bytes = [];
        try
        {
            bytes = Base64Url.DecodeFromChars(part.TrimEnd('=').Replace('+', '-').Replace('/', '_'));
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    static FailedException No(string why) => new($"this is no JWT: {why}");
}
