using System.Diagnostics.CodeAnalysis;

namespace Cambist;

/// <summary>Reads the claim names of conditions and templates, with words for what is wrong.</summary>
static class ClaimNames
{
    public static bool TryRead(string text, [NotNullWhen(true)] out ClaimPath? path, [NotNullWhen(false)] out string? error)
    {
        error = null;
        path = ClaimPath.Parse(text);
        if (path is null)
        {
            error = text.Length == 0
                ? "a claim's name is missing"
                : $"'{text}' names no claim: write name, outer.inner, or a JSON pointer such as /kubernetes.io/namespace (in it ~1 stands for / and ~0 for ~)";
        }
        else if (text[0] != '/' && text.Contains('.', StringComparison.Ordinal) && text.Contains('/', StringComparison.Ordinal))
        {
            // a namespaced claim such as https://example.com/roles would silently be read as nested and never be there
            error = $"'{text}' would be read as nested claims, one for each dot; a name with dots and slashes is written as the JSON pointer '{AsPointer(text)}'";
            path = null;
        }

        return path is not null;
    }

    /// <summary>A JSON pointer (RFC 6901 §3) to the top-level member of this name.</summary>
    public static string AsPointer(string name) =>
        "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
