using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cambist;

/// <summary>The text of string claims, without a string of its own where it can be.</summary>
static class ClaimText
{
    const int OnStack = 256;

    /// <summary>Whether a set has the value of this claim, as a string has it.</summary>
    public static bool IsIn(Claim claim, FrozenSet<string> set) =>
        claim.Kind == ClaimKind.String && set.GetAlternateLookup<ReadOnlySpan<char>>().Contains(Read(claim, stackalloc char[OnStack]));

    /// <summary>What a table has under the value of this claim, which is a string.</summary>
    public static bool TryFind<T>(Claim claim, FrozenDictionary<string, T> table, [MaybeNullWhen(false)] out T found)
    {
        found = default;
        return claim.Kind == ClaimKind.String && table.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(Read(claim, stackalloc char[OnStack]), out found);
    }

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
