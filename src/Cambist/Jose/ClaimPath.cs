namespace Cambist;

/// <summary>
/// Where a claim is: <c>a.b</c> is member <c>b</c> of the object <c>a</c>; other names use a JSON pointer (RFC 6901),
/// such as <c>/kubernetes.io/namespace</c>.
/// </summary>
sealed class ClaimPath : IEquatable<ClaimPath>
{
    ClaimPath(string text, string[] steps) => (Text, Steps) = (text, steps);

    /// <summary>As it is written in the registry.</summary>
    public string Text { get; }

    /// <summary>Member names from the outside in; never empty.</summary>
    public IReadOnlyList<string> Steps { get; }

    /// <summary>Reads a path; null where the text is none (empty, an empty step, a bad <c>~</c> escape).</summary>
    public static ClaimPath? Parse(string text)
    {
        if (text.Length == 0) return null;
        string[] steps;
        if (text[0] == '/')
        {
            steps = text[1..].Split('/');
            for (var i = 0; i < steps.Length; i++)
            {
                if (HasBadEscape(steps[i])) return null;
                steps[i] = steps[i].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            }
        }
        else
        {
            steps = text.Split('.');
        }

        return steps.Contains("") ? null : new ClaimPath(text, steps);
    }

    static bool HasBadEscape(string step)
    {
        for (var i = step.IndexOf('~', StringComparison.Ordinal); i >= 0; i = step.IndexOf('~', i + 1))
            if (i + 1 == step.Length || step[i + 1] is not ('0' or '1')) return true;
        return false;
    }

    /// <inheritdoc/>
    public bool Equals(ClaimPath? other) => other is not null && Steps.SequenceEqual(other.Steps);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ClaimPath);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var step in Steps) hash.Add(step, StringComparer.Ordinal);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
