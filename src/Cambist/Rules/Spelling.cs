namespace Cambist;

/// <summary>Finds what somebody meant to write.</summary>
static class Spelling
{
    /// <summary>The known name nearest to a misspelt one; null where none is near.</summary>
    public static string? Nearest(string written, IEnumerable<string> known)
    {
        string? nearest = null;
        var best = Math.Max(1, written.Length / 3) + 1;
        foreach (var name in known)
        {
            var distance = Distance(written, name);
            if (distance < best) (nearest, best) = (name, distance);
        }

        return nearest;
    }

    /// <summary>Whether two texts differ by so many letters at most.</summary>
    public static bool IsNear(string a, string b, int most) => Math.Abs(a.Length - b.Length) <= most && Distance(a, b) <= most;

    /// <summary>Known names with the nearest to what was written first; case is ignored. Of very many only those of about its length.</summary>
    public static IEnumerable<string> ByNearness(string written, IEnumerable<string> known)
    {
        const int mostCompared = 1000;
        var meant = Folded(written);
        return known.OrderBy(name => Math.Abs(name.Length - written.Length)).Take(mostCompared)
            .OrderBy(name => Distance(meant, Folded(name))).ThenBy(name => name, StringComparer.Ordinal);
    }

    static string Folded(string name)
    {
        const int longest = 128;
        return (name.Length <= longest ? name : name[..longest]).ToLowerInvariant();
    }

    // letters inserted, left out, changed, or two neighbours swapped (optimal string alignment)
    static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), 1 + Math.Min(last[j], row[j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[^1];
    }
}
