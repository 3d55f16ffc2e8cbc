using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Cambist;

/// <summary>The public half of one of our keys as a JWK (RFC 7517 §4), and its thumbprint. Holds no private member by construction.</summary>
internal sealed class PublishedJwk
{
    readonly (string Name, string Value)[] _required;

    PublishedJwk((string Name, string Value)[] required) => _required = required;

    public static PublishedJwk Of(RSAParameters key) =>
        new([("e", Base64Url.EncodeToString(key.Exponent)), ("kty", "RSA"), ("n", Base64Url.EncodeToString(key.Modulus))]);

    public static PublishedJwk Of(ECParameters key, EllipticCurve curve) =>
        new([("crv", curve.Name), ("kty", "EC"), ("x", Base64Url.EncodeToString(key.Q.X)), ("y", Base64Url.EncodeToString(key.Q.Y))]);

    /// <summary>RFC 7638 §3: SHA-256 over the required members in order of name, without white space.</summary>
    public string Thumbprint() => Base64Url.EncodeToString(SHA256.HashData(Write([]).Span));

    public ReadOnlyMemory<byte> ToJson(JwsAlgorithm algorithm, string keyId) =>
        Write([("use", "sig"), ("alg", algorithm.Name), ("kid", keyId)]);

    ReadOnlyMemory<byte> Write((string Name, string Value)[] more)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        foreach (var (name, value) in _required) writer.WriteString(name, value);
        foreach (var (name, value) in more) writer.WriteString(name, value);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
