using System.Text;
using System.Text.Json;

namespace Cambist.BareLoop;

/// <summary>Verifies subject tokens of one issuer.</summary>
sealed class SubjectVerifier(SignatureCheck isSigned, string issuer, string audience)
{
    readonly byte[] _issuer = Encoding.UTF8.GetBytes(issuer);
    readonly byte[] _audience = Encoding.UTF8.GetBytes(audience);

    /// <summary>The subject of a valid token; null for any other.</summary>
    public string? Verify(string token)
    {
        Span<byte> payload = stackalloc byte[2048];
        var length = Jws.Verify(token, isSigned, payload);
        return length > 0 ? ReadSubject(payload[..length]) : null;
    }

    string? ReadSubject(ReadOnlySpan<byte> payload)
    {
        string? subject = null;
        bool issuerFits = false, audienceFits = false;
        long expires = 0;
        var json = new Utf8JsonReader(payload);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName)
                continue;
            if (json.ValueTextEquals("sub"u8) && json.Read())
                subject = json.GetString();
            else if (json.ValueTextEquals("iss"u8) && json.Read())
                issuerFits = json.ValueTextEquals(_issuer);
            else if (json.ValueTextEquals("aud"u8) && json.Read())
                audienceFits = json.ValueTextEquals(_audience);
            else if (json.ValueTextEquals("exp"u8) && json.Read())
                expires = json.GetInt64();
            else
                json.Skip();
        }
        return issuerFits && audienceFits && expires > TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() ? subject : null;
    }
}
