using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace Cambist.Testing;

/// <summary>
/// A compact JWS in its three parts, written and read by hand on the base class library, never by Cambist’s own code, so
/// that a test can forge anything: <c>jwt with { Payload = … }</c> keeps the old signature under a new payload.
/// </summary>
/// <param name="Header">The first part, decoded.</param>
/// <param name="Payload">The second part, decoded.</param>
/// <param name="Signature">The third part, decoded.</param>
public sealed record TestJwt(byte[] Header, byte[] Payload, byte[] Signature)
{
    /// <summary>The header as JSON.</summary>
    public JsonObject HeaderJson => JsonNode.Parse(Header)!.AsObject();

    /// <summary>The payload as JSON.</summary>
    public JsonObject Claims => JsonNode.Parse(Payload)!.AsObject();

    /// <summary>The compact serialisation (RFC 7515 §7.1).</summary>
    public override string ToString() => $"{Part(Header)}.{Part(Payload)}.{Part(Signature)}";

    /// <summary>Signs exactly these bytes, whatever they are.</summary>
    public static TestJwt Sign(byte[] header, byte[] payload, TestKey key)
        => new(header, payload, key.Sign(Encoding.ASCII.GetBytes($"{Part(header)}.{Part(payload)}")));

    /// <summary>Signs exactly this text, which need not be JSON.</summary>
    public static TestJwt Sign(string header, string payload, TestKey key)
        => Sign(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload), key);

    /// <summary>Signs claims under a header of the key’s <c>alg</c> and <c>kid</c>, and <paramref name="type"/> as <c>typ</c>.</summary>
    public static TestJwt Sign(JsonObject claims, TestKey key, string? type = null)
        => Sign(HeaderOf(key, type).ToJsonString(), claims.ToJsonString(), key);

    /// <summary>The header that an honest writer would use; a test may change it.</summary>
    public static JsonObject HeaderOf(TestKey key, string? type = null)
    {
        var header = new JsonObject { ["alg"] = key.Algorithm };
        if (type is not null)
            header["typ"] = type;
        if (key.KeyId is not null)
            header["kid"] = key.KeyId;
        return header;
    }

    /// <summary>Takes a compact serialisation apart without checking anything but its form.</summary>
    public static TestJwt Parse(string compact)
    {
        var parts = compact.Split('.');
        if (parts.Length != 3)
            throw new FormatException($"{parts.Length} parts, not 3.");
        return new(Base64Url.DecodeFromChars(parts[0]), Base64Url.DecodeFromChars(parts[1]), Base64Url.DecodeFromChars(parts[2]));
    }

    static string Part(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
