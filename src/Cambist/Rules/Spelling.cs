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

    // letters inserted, left out or changed (Levenshtein)
    static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, 1 + Math.Min(row[j], row[j - 1]));
            }
        }

        return row[^1];
    }
}
