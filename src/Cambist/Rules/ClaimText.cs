using System.Text;

namespace Cambist;

/// <summary>The text of string claims, without a string of its own where it can be.</summary>
static class ClaimText
{
    /// <summary>A string claim's value, in <paramref name="buffer"/> where it is short and has no escapes.</summary>
    public static ReadOnlySpan<char> Read(Claim claim, Span<char> buffer)
    {
        var quoted = claim.RawJson;
        var raw = quoted[1..^1];
        // UTF-8 never has fewer bytes than UTF-16 has characters
        if (raw.Length <= buffer.Length && !raw.Contains((byte)'\\')) return buffer[..Encoding.UTF8.GetChars(raw, buffer)];
        return claim.GetString();
    }
}
