using System.Buffers.Text;
using System.Net;
using System.Text;

namespace Cambist.Testing;

/// <summary>
/// Looks for many secrets at once, in one pass over a text: pieces of every secret by a rolling hash, so that a fragment of it is
/// found too, and what looks like a token or a private key whether anybody sent it or not.
/// </summary>
sealed class SecretIndex
{
    /// <summary>The length of a piece. Of a secret, any fragment of twice that length holds one.</summary>
    public const int Window = 12;

    const int MostIndexed = 180; // the end of a token: its signature
    const ulong Radix = 0x9E37_79B9_7F4A_7C15;
    static readonly ulong Leaving = Power(Radix, Window);

    readonly Dictionary<ulong, string> _pieces = [];
    readonly ulong[] _mayHold = new ulong[1 << 14];

    public SecretIndex(IEnumerable<KeyValuePair<string, string>> secrets)
    {
        foreach (var (value, what) in secrets)
        {
            var name = $"{what} {(value.Length > 16 ? value[..4] : "")}… of {value.Length} characters";
            var end = value[^Math.Min(value.Length, MostIndexed)..];
            AddPieces(Encoding.UTF8.GetBytes(end), name);
            foreach (var form in (string[])[Uri.EscapeDataString(end), WebUtility.UrlEncode(end)])
                if (form != end) AddPieces(Encoding.UTF8.GetBytes(form), name + ", percent-encoded");
            AddBase64(Encoding.UTF8.GetBytes(end), name + ", in base64");
            AddDecoded(value, name + ", decoded");
        }
    }

    /// <summary>What the text holds; null if nothing. Pieces that also stand in <paramref name="allowed"/> are passed over.</summary>
    public string? Find(ReadOnlySpan<byte> text, IReadOnlySet<ulong>? allowed = null) => SecretShapes.Find(text) ?? FindPiece(text, allowed, null);

    /// <summary>The pieces of secrets that a text holds.</summary>
    public IReadOnlySet<ulong> PiecesIn(ReadOnlySpan<byte> text)
    {
        var found = new HashSet<ulong>();
        FindPiece(text, null, found);
        return found;
    }

    string? FindPiece(ReadOnlySpan<byte> text, IReadOnlySet<ulong>? allowed, HashSet<ulong>? found)
    {
        if (text.Length < Window) return null;
        ulong hash = 0;
        for (var i = 0; i < text.Length; i++)
        {
            hash = hash * Radix + text[i];
            if (i >= Window) hash -= text[i - Window] * Leaving;
            if (i < Window - 1 || (_mayHold[hash >> 50] & (1UL << (int)((hash >> 44) & 63))) == 0) continue;
            if (!_pieces.TryGetValue(hash, out var name)) continue;
            if (found is not null) found.Add(hash);
            else if (allowed is null || !allowed.Contains(hash)) return name;
        }

        return null;
    }

    void AddPieces(ReadOnlySpan<byte> bytes, string name)
    {
        if (bytes.Length < Window) return;
        for (var at = 0; at + Window <= bytes.Length; at += Window) AddPiece(bytes.Slice(at, Window), name);
        AddPiece(bytes[^Window..], name);
    }

    void AddPiece(ReadOnlySpan<byte> piece, string name)
    {
        Span<bool> seen = stackalloc bool[256];
        var different = 0;
        ulong hash = 0;
        foreach (var c in piece)
        {
            if (!seen[c]) different++;
            seen[c] = true;
            hash = hash * Radix + c;
        }

        if (different < 6) return; // AAAAAAAAAAAA is nobody's
        _pieces.TryAdd(hash, name);
        _mayHold[hash >> 50] |= 1UL << (int)((hash >> 44) & 63);
    }

    /// <summary>Base64 of a text within a longer one begins at one of three places.</summary>
    void AddBase64(ReadOnlySpan<byte> bytes, string name)
    {
        for (var skip = 0; skip < 3; skip++)
        {
            var inside = bytes[skip..];
            inside = inside[..Math.Min(inside.Length / 3 * 3, 54)];
            foreach (var form in (string[])[Convert.ToBase64String(inside), Base64Url.EncodeToString(inside)]) AddPieces(Encoding.ASCII.GetBytes(form), name);
        }
    }

    /// <summary>The bytes that our opaque tokens stand for.</summary>
    void AddDecoded(string value, string name)
    {
        if (value.Length == 47 && value[3] == '_' && Base64Url.IsValid(value.AsSpan(4))) AddPieces(Base64Url.DecodeFromChars(value.AsSpan(4)), name);
    }

    static ulong Power(ulong value, int exponent)
    {
        ulong power = 1;
        for (var i = 0; i < exponent; i++) power *= value;
        return power;
    }
}
