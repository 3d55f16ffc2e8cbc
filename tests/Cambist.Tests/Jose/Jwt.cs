using System.Buffers.Text;
using System.Text;

namespace Cambist.Tests.Jose;

/// <summary>Tokens made by hand, so that tests decide every byte of them.</summary>
static class Jwt
{
    public static string Encode(string text) => Encode(Encoding.UTF8.GetBytes(text));

    public static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);

    public static string Unsigned(string header, string payload) => $"{Encode(header)}.{Encode(payload)}.AAAA";

    public static string Sign(SigningKey key, string header, string payload) => Sign(key, $"{Encode(header)}.{Encode(payload)}");

    public static string Sign(SigningKey key, string signingInput)
    {
        var signature = new byte[key.SignatureBytes];
        key.Sign(Encoding.ASCII.GetBytes(signingInput), signature).ShouldBe(signature.Length);
        return $"{signingInput}.{Encode(signature)}";
    }

    public static string HeaderOf(SigningKey key, string more = "") => $$"""{"alg":"{{key.Algorithm}}","kid":"{{key.KeyId}}"{{more}}}""";

    public static JwsFault FaultOf(string token)
    {
        var fromText = CompactJws.TryParse(token, out var jws, out var fault);
        fromText.ShouldBe(fault == JwsFault.None);
        (jws is not null).ShouldBe(fromText);
        CompactJws.TryParse(Encoding.UTF8.GetBytes(token), out _, out var faultOfBytes).ShouldBe(fromText);
        faultOfBytes.ShouldBe(fault);
        return fault;
    }

    public static CompactJws Read(string token)
    {
        CompactJws.TryParse(token, out var jws, out var fault).ShouldBeTrue(fault.ToString());
        return jws!;
    }
}
