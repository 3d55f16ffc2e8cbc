namespace Cambist;

/// <summary>Finds prefixes that begin with one another, in one pass over their order.</summary>
static class Prefixes
{
    /// <summary>Each item whose prefix begins with another's (or is the same), with its prefix and that other item.</summary>
    public static IEnumerable<(T Item, string Prefix, T Shorter)> Overlaps<T>(IEnumerable<T> items, Func<T, string> prefixOf)
    {
        // in ordinal order everything that begins with a prefix follows it directly
        (T Item, string Prefix)? shorter = null;
        foreach (var (item, prefix) in items.Select(item => (item, Prefix: prefixOf(item))).OrderBy(pair => pair.Prefix, StringComparer.Ordinal))
        {
            if (shorter is { } before && prefix.StartsWith(before.Prefix, StringComparison.Ordinal)) yield return (item, prefix, before.Item);
            else shorter = (item, prefix);
        }
    }
}
