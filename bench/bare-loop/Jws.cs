using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Cambist.BareLoop;

/// <summary>Compact serialization (RFC 7515 §7.1).</summary>
static class Jws
{
    /// <summary>Writes the payload of a well signed token into <paramref name="payload"/>; its length is 0 for any other.</summary>
    public static int Verify(string token, SignatureCheck isSigned, Span<byte> payload)
    {
        Span<byte> buffer = stackalloc byte[4096];
        if (!Encoding.ASCII.TryGetBytes(token, buffer, out var length))
            return 0;
        var jws = buffer[..length];
        int first = jws.IndexOf((byte)'.'), last = jws.LastIndexOf((byte)'.');
        if (first <= 0 || last <= first)
            return 0;

        Span<byte> signature = stackalloc byte[512];
        if (Base64Url.DecodeFromUtf8(jws[(last + 1)..], signature, out _, out var signed) != OperationStatus.Done
            || !isSigned(jws[..first], jws[..last], signature[..signed]))
        {
            return 0;
        }
        return Base64Url.DecodeFromUtf8(jws[(first + 1)..last], payload, out _, out var written) == OperationStatus.Done ? written : 0;
    }
}
