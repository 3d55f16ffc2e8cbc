namespace Cambist;

/// <summary>Builds the <see cref="DocumentNode.Path"/> of nodes, alike for every parser.</summary>
public static class DocumentPath
{
    /// <summary>The path of a map's member: <c>issuers.gitlab</c>; a key that is no plain word stands in brackets.</summary>
    public static string Member(string parent, string key)
    {
        if (!IsPlain(key)) return $"{parent}[\"{key}\"]";
        return parent.Length == 0 ? key : $"{parent}.{key}";
    }

    /// <summary>The path of a list's item, counted from 0: <c>rules[2]</c>.</summary>
    public static string Item(string parent, int index) => $"{parent}[{index}]";

    static bool IsPlain(string key)
    {
        foreach (var c in key)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')) return false;
        return key.Length > 0;
    }
}
