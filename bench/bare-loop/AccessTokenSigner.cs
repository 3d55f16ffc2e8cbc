using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Cambist.BareLoop;

/// <summary>Writes an RFC 9068 access token, signs it with ES256 and wraps it in a token response.</summary>
sealed class AccessTokenSigner(string issuer, string audience, string client)
{
    const int Lifetime = 600;

    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly byte[] _header = Base64Url.EncodeToUtf8("""{"alg":"ES256","typ":"at+jwt","kid":"bare"}"""u8);

    public byte[] Answer(string subject)
    {
        Span<byte> jwt = stackalloc byte[2048];
        _header.CopyTo(jwt);
        var length = _header.Length;
        jwt[length++] = (byte)'.';
        length += Encode(Payload(subject), jwt[length..]);

        Span<byte> signature = stackalloc byte[64];
        _key.SignData(jwt[..length], signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        jwt[length++] = (byte)'.';
        length += Encode(signature, jwt[length..]);

        var before = "{\"access_token\":\""u8;
        var after = "\",\"issued_token_type\":\"urn:ietf:params:oauth:token-type:access_token\",\"token_type\":\"Bearer\",\"expires_in\":600,\"scope\":\"read\"}"u8;
        return [.. before, .. jwt[..length], .. after];
    }

    ReadOnlySpan<byte> Payload(string subject)
    {
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("iss"u8, issuer);
        json.WriteString("sub"u8, subject);
        json.WriteString("aud"u8, audience);
        json.WriteString("client_id"u8, client);
        json.WriteNumber("iat"u8, now);
        json.WriteNumber("exp"u8, now + Lifetime);
        json.WriteString("jti"u8, Base64Url.EncodeToString(random));
        json.WriteString("scope"u8, "read"u8);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    static int Encode(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        Base64Url.EncodeToUtf8(bytes, destination, out _, out var written);
        return written;
    }
}
