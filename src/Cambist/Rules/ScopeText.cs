using System.Collections.Immutable;

namespace Cambist;

/// <summary>Scope as text: tokens of %x21 / %x23-5B / %x5D-7E separated by single spaces (RFC 6749 §3.3).</summary>
public static class ScopeText
{
    /// <summary>Reads a scope value; repeats are dropped. False where it is malformed.</summary>
    public static bool TryParse(string text, out ImmutableArray<string> scopes)
    {
        scopes = [];
        if (IsToken(text))
        {
            scopes = [text];
            return true;
        }

        var parts = text.Split(' ');
        foreach (var part in parts)
            if (!IsToken(part)) return false;
        scopes = [.. parts.Distinct(StringComparer.Ordinal)];
        return true;
    }

    /// <summary>Whether this is one scope token.</summary>
    internal static bool IsToken(string text)
    {
        foreach (var c in text)
            if (c is not ('!' or (>= '#' and <= '[') or (>= ']' and <= '~'))) return false;
        return text.Length > 0;
    }

    /// <summary>One string.</summary>
    public static string Join(ImmutableArray<string> scopes) => scopes.Length == 1 ? scopes[0] : string.Join(' ', scopes);

    /// <summary>
    /// Asked-for scopes as they are recorded: what a client sends must not decide how much is written. Longer ones are cut at 64
    /// characters, and of more than 32 the rest is counted.
    /// </summary>
    internal static ImmutableArray<string> ForRecord(ImmutableArray<string> scopes)
    {
        const int Most = 32, Longest = 64;
        if (scopes.Length <= Most && AreShort(scopes)) return scopes;
        var kept = scopes.Take(Most).Select(scope => scope.Length <= Longest ? scope : scope[..Longest] + "…");
        return scopes.Length <= Most ? [.. kept] : [.. kept, $"… and {scopes.Length - Most} more"];

        static bool AreShort(ImmutableArray<string> scopes)
        {
            foreach (var scope in scopes)
                if (scope.Length > Longest) return false;
            return true;
        }
    }
}
