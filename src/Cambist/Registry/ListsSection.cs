namespace Cambist;

/// <summary><c>lists</c>: values that conditions name by <c>{in: name}</c>.</summary>
static class ListsSection
{
    public static void Read(DocumentNode? node, RegistryDraft draft)
    {
        var nodes = NodeReader.ByPath(draft.Findings);
        foreach (var entry in nodes.Entries(node, "lists: { staff: [ada, grace] }"))
        {
            Names.Check(nodes, entry.Key, entry.KeyPosition, DocumentPath.Member("lists", entry.Key), "a list", allowSlash: true);
            var condition = RegistryDraft.HoldsRefused(entry.Value)
                ? null
                : ConditionReader.ReadOne(entry.Value, (position, message) => nodes.Error(position, entry.Value.Path, message));
            draft.Lists[entry.Key] = condition ?? new TextCondition(""); // reported, and known to conditions by its name
        }
    }
}
