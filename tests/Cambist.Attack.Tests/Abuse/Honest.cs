using System.Text;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>
/// A token that would be taken, in parts, with the hand that signs it: what a forger starts from. Written on the base class
/// library, never with Cambist's own writer.
/// </summary>
/// <param name="Header">Its header; a fresh object.</param>
/// <param name="Claims">Its payload; a fresh object.</param>
/// <param name="Sign">Signs bytes with the key that the issuer publishes.</param>
public sealed record Honest(JsonObject Header, JsonObject Claims, Func<byte[], byte[]> Sign)
{
    /// <summary>The token itself, with what header and claims were when it was first asked for: each signature is another.</summary>
    public string Token => field ??= Signed(Header.ToJsonString(), Claims.ToJsonString());

    /// <summary>Any text as header and payload, truly signed.</summary>
    public string Signed(string header, string payload) => Signed(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(payload));

    /// <summary>Any bytes as header and payload, truly signed.</summary>
    public string Signed(byte[] header, byte[] payload)
    {
        var unsigned = new TestJwt(header, payload, []).ToString();
        return new TestJwt(header, payload, Sign(Encoding.ASCII.GetBytes(unsigned[..^1]))).ToString();
    }

    /// <summary>Another payload, truly signed.</summary>
    public string WithPayload(string payload) => Signed(Header.ToJsonString(), payload);

    /// <summary>Another header, truly signed.</summary>
    public string WithHeader(string header) => Signed(header, Claims.ToJsonString());

    /// <summary>One claim changed, truly signed.</summary>
    public string WithClaim(string name, JsonNode? value) => WithPayload(Claims.With(name, value));

    /// <summary>One claim written as it stands, such as <c>1e400</c>, truly signed.</summary>
    public string WithRawClaim(string name, string value) => WithPayload(Claims.WithRaw(name, value));

    /// <summary>One member of the header changed, truly signed.</summary>
    public string WithHeaderMember(string name, JsonNode? value) => WithHeader(Header.With(name, value));

    /// <summary>A header changed by hand and signed by somebody else.</summary>
    public string SignedBy(TestKey key, Action<JsonObject>? change = null)
    {
        change?.Invoke(Header);
        return TestJwt.Sign(Header.ToJsonString(), Claims.ToJsonString(), key).ToString();
    }

    /// <summary>The same token under another signature.</summary>
    public string WithSignature(byte[] signature) => (TestJwt.Parse(Token) with { Signature = signature }).ToString();
}
