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
    public static string ChildOf(string parent) => string.Create(parent.Length + 1 + SegmentLength, parent, static (id, parent) =>
    {
        parent.CopyTo(id);
        id[parent.Length] = '.';
        WriteSegment(id[(parent.Length + 1)..]);
    });

    /// <summary>The id above: all but the last segment.</summary>
    public static string ParentOf(string id) => id[..id.LastIndexOf('.')];

    /// <summary>A first segment of its own, for a token that descends from none.</summary>
    public static string NewRoot() => string.Create(SegmentLength, 0, static (id, _) => WriteSegment(id));

    static void WriteSegment(Span<char> segment)
    {
        Span<byte> random = stackalloc byte[SegmentBytes];
        RandomBytes.Fill(random);
        Base64Url.EncodeToChars(random, segment);
    }

    /// <summary>
    /// The root of an external token: an HMAC of its issuer and signed bytes, never of its signature, which can be flipped and
    /// still verify. So every exchange of one token shares a root, and nobody can compute it from the token.
    /// </summary>
    public static string RootOf(ReadOnlyMemory<byte> lineageKey, string issuer, ReadOnlySpan<byte> signingInput)
    {
        var mac = Take(lineageKey);
        Span<byte> utf8 = stackalloc byte[512];
        mac.AppendData(Encoding.UTF8.TryGetBytes(issuer, utf8, out var length) ? utf8[..length] : Encoding.UTF8.GetBytes(issuer));
        mac.AppendData([0]);
        mac.AppendData(signingInput);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        mac.GetHashAndReset(hash);
        (_mac, _macKey) = (mac, lineageKey);
        return Base64Url.EncodeToString(hash[..SegmentBytes]);
    }

    /// <summary>
    /// The thread's keyed hash: setting the key up costs as much as the hash itself, and this runs for every external token. It is
    /// put back only once it is empty again: left half fed by an exception, it would give the next token a root that nobody revoked.
    /// </summary>
    static IncrementalHash Take(ReadOnlyMemory<byte> lineageKey)
    {
        var mac = _mac;
        _mac = null;
        return mac is not null && _macKey.Equals(lineageKey) ? mac : IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, lineageKey.Span);
    }

    /// <summary>Whether an id is another or beneath it, by whole segments.</summary>
    public static bool IsUnder(string id, string ancestor) =>
        id.StartsWith(ancestor, StringComparison.Ordinal) && (id.Length == ancestor.Length || id[ancestor.Length] == '.');

    /// <summary>The ids that an id is beneath, the nearest first.</summary>
    public static IEnumerable<string> AncestorsOf(string id)
    {
        for (var dot = id.LastIndexOf('.'); dot > 0; dot = id.LastIndexOf('.', dot - 1)) yield return id[..dot];
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
