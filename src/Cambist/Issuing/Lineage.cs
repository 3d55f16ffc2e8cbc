using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Cambist;

/// <summary>
/// Lineage ids: a <c>jti</c> is a path of 128-bit base64url segments joined by dots, parent first. Revoking an id revokes all
/// beneath it. Ids authorise nothing.
/// </summary>
internal static class Lineage
{
    public const int MostSegments = 16;
    const int SegmentBytes = 16;
    const int SegmentLength = 22;

    [ThreadStatic] static IncrementalHash? _mac;
    [ThreadStatic] static ReadOnlyMemory<byte> _macKey;

    /// <summary>A child of <paramref name="parent"/>: one more random segment.</summary>
    public static string ChildOf(string parent) => string.Concat(parent, ".", NewRoot());

    /// <summary>A first segment of its own, for a token that descends from none.</summary>
    public static string NewRoot()
    {
        Span<byte> random = stackalloc byte[SegmentBytes];
        RandomBytes.Fill(random);
        return Base64Url.EncodeToString(random);
    }

    /// <summary>
    /// The root of an external token: an HMAC of its issuer and signed bytes, never of its signature, which can be flipped and
    /// still verify. So every exchange of one token shares a root, and nobody can compute it from the token.
    /// </summary>
    public static string RootOf(ReadOnlyMemory<byte> lineageKey, string issuer, ReadOnlySpan<byte> signingInput)
    {
        var mac = Keyed(lineageKey);
        Span<byte> utf8 = stackalloc byte[512];
        mac.AppendData(Encoding.UTF8.TryGetBytes(issuer, utf8, out var length) ? utf8[..length] : Encoding.UTF8.GetBytes(issuer));
        mac.AppendData([0]);
        mac.AppendData(signingInput);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        mac.GetHashAndReset(hash);
        return Base64Url.EncodeToString(hash[..SegmentBytes]);
    }

    /// <summary>One keyed hash a thread: setting the key up costs as much as the hash itself, and this runs for every external token.</summary>
    static IncrementalHash Keyed(ReadOnlyMemory<byte> lineageKey)
    {
        if (_mac is null || !_macKey.Equals(lineageKey))
            (_mac, _macKey) = (IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, lineageKey.Span), lineageKey);
        return _mac;
    }

    public static int SegmentsOf(string id) => id.AsSpan().Count('.') + 1;

    /// <summary>Whether text is a path of at most <see cref="MostSegments"/> whole segments.</summary>
    public static bool IsWellFormed(string id)
    {
        if ((id.Length + 1) % (SegmentLength + 1) != 0 || SegmentsOf(id) > MostSegments) return false;
        for (var i = 0; i < id.Length; i++)
        {
            var isDot = i % (SegmentLength + 1) == SegmentLength;
            if (isDot ? id[i] != '.' : !(char.IsAsciiLetterOrDigit(id[i]) || id[i] is '-' or '_')) return false;
        }

        return id.Length > 0;
    }
}
