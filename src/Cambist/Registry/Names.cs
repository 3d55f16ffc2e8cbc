namespace Cambist;

/// <summary>What may be a name in the registry.</summary>
static class Names
{
    /// <summary>Reports a name that is reserved, or that could not be written where names are used.</summary>
    /// <param name="nodes">Where reports go.</param>
    /// <param name="name">The name.</param>
    /// <param name="position">Where it stands.</param>
    /// <param name="path">The path reports name.</param>
    /// <param name="what">What is named, such as <c>a client</c>.</param>
    /// <param name="allowSlash">Whether it may hold <c>/</c>; a resource's may not, for <c>orders/read</c> is a scope of orders.</param>
    public static void Check(NodeReader nodes, string name, DocumentPosition position, string path, string what, bool allowSlash)
    {
        if (ReservedNames.All.Contains(name))
        {
            nodes.Error(position, path, name == ReservedNames.AdminResource
                ? $"'{name}' is built in and never declared; it is there without being written. Give {what} another name"
                : $"'{name}' means something of its own (reserved: {string.Join(' ', ReservedNames.All)}); give {what} another name");
        }
        else if (Fault(name, allowSlash) is { } fault)
        {
            nodes.Error(position, path, $"the name of {what} {fault}; use letters, digits and - _ . :");
        }
    }

    static string? Fault(string name, bool allowSlash)
    {
        if (name.Length == 0) return "is empty";
        if (name.Length > 255) return "is longer than 255 characters";
        foreach (var c in name)
        {
            if (c is <= ' ' or >= '\x7F') return "holds a space, or a character that is not ASCII";
            if (c == '*') return "holds a *, which stands for any characters where names are listed";
            if (c == '/' && !allowSlash) return "holds a /, which separates a resource from its scope";
        }

        return null;
    }
}
