namespace Cambist;

/// <summary>Names of rules and deny entries: each has one, no two the same, and reports go by it.</summary>
static class RuleNames
{
    /// <summary>The entries of a section that is a list; a single map stands for a list of it.</summary>
    public static IReadOnlyList<DocumentNode> Items(DocumentNode? node) => node is null || NodeReader.IsEmpty(node) ? [] : NodeReader.Items(node);

    /// <summary>The name of an entry, and a reader whose reports name it. A missing name is reported by whoever reads the entry.</summary>
    public static (string Name, NodeReader Nodes) Read(DocumentNode item, string what, Dictionary<string, DocumentPosition> names, RegistryDraft draft)
    {
        var byPath = NodeReader.ByPath(draft.Findings);
        var entry = (item as DocumentMap)?.Entries.FirstOrDefault(entry => entry.Key == "name");
        if (entry is null || byPath.Text(entry.Value, $"a name for this {what}") is not { } name) return ("", byPath);

        var nodes = new NodeReader(draft.Findings, $"{what} {name}", item.Path);
        Names.Check(nodes, name, entry.Value.Position, entry.Value.Path, what == "deny" ? "a deny entry" : $"a {what}", allowSlash: true);
        if (!names.TryAdd(name, entry.Value.Position))
            nodes.Error(entry.Value, $"the {what} in line {names[name].Line} has this name too; give each its own");
        return (name, nodes);
    }
}
