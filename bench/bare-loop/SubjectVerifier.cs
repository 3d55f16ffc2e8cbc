using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Cambist.BareLoop;

/// <summary>Verifies RS256 subject tokens of one issuer with the one key of its JWK set.</summary>
sealed class SubjectVerifier
{
    readonly RSA _key;
    readonly byte[] _issuer;
    readonly byte[] _audience;

    public SubjectVerifier(byte[] jwks, string issuer, string audience)
    {
        var jwk = JsonDocument.Parse(jwks).RootElement.GetProperty("keys")[0];
        _key = RSA.Create(new RSAParameters
        {
            Modulus = Base64Url.DecodeFromChars(jwk.GetProperty("n").GetString()),
            Exponent = Base64Url.DecodeFromChars(jwk.GetProperty("e").GetString()),
        });
        (_issuer, _audience) = (Encoding.UTF8.GetBytes(issuer), Encoding.UTF8.GetBytes(audience));
    }

    /// <summary>The subject of a valid token; null for any other.</summary>
    public string? Verify(string token)
    {
        Span<byte> buffer = stackalloc byte[4096];
        if (!Encoding.ASCII.TryGetBytes(token, buffer, out var length))
            return null;
        var jws = buffer[..length];
        int first = jws.IndexOf((byte)'.'), last = jws.LastIndexOf((byte)'.');
        if (first <= 0 || last <= first)
            return null;

        Span<byte> signature = stackalloc byte[512];
        if (Base64Url.DecodeFromUtf8(jws[(last + 1)..], signature, out _, out var signed) != OperationStatus.Done
            || !_key.VerifyData(jws[..last], signature[..signed], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
        {
            return null;
        }

        Span<byte> payload = stackalloc byte[2048];
        return Base64Url.DecodeFromUtf8(jws[(first + 1)..last], payload, out _, out var written) == OperationStatus.Done
            ? ReadSubject(payload[..written])
            : null;
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
