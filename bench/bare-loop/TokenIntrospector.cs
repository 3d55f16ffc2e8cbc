using System.Buffers;
using System.Text.Json;

namespace Cambist.BareLoop;

/// <summary>Says of a token whether it is good, and then whose it is (RFC 7662 §2.2).</summary>
sealed class TokenIntrospector(SignatureCheck isSigned, RevokedTokens revoked)
{
    static readonly byte[] Inactive = "{\"active\":false}"u8.ToArray();

    public byte[] Answer(string token)
    {
        Span<byte> payload = stackalloc byte[2048];
        var length = Jws.Verify(token, isSigned, payload);
        if (length == 0)
            return Inactive;

        string? subject = null, id = null;
        long expires = 0;
        var json = new Utf8JsonReader(payload[..length]);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName)
                continue;
            if (json.ValueTextEquals("sub"u8) && json.Read())
                subject = json.GetString();
            else if (json.ValueTextEquals("exp"u8) && json.Read())
                expires = json.GetInt64();
            else if (json.ValueTextEquals("jti"u8) && json.Read())
                id = json.GetString();
            else
                json.Skip();
        }
        return id is not null && expires > TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() && !revoked.Contains(id)
            ? Active(subject, expires, id)
            : Inactive;
    }

    static byte[] Active(string? subject, long expires, string id)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteBoolean("active"u8, true);
        json.WriteString("sub"u8, subject);
        json.WriteNumber("exp"u8, expires);
        json.WriteString("jti"u8, id);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
