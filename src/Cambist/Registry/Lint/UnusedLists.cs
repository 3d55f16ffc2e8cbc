namespace Cambist;

/// <summary>A list that no condition names: whoever edits it changes nothing.</summary>
static class UnusedLists
{
    public const string Name = "unused-list";

    public static void Check(LintRun run)
    {
        if (run.Draft.Lists.Count == 0) return;
        var used = run.Wheres.SelectMany(site => site.Conditions.Entries).SelectMany(entry => Named(entry.Condition)).ToHashSet();
        foreach (var name in run.Draft.Lists.Keys.Where(name => !used.Contains(name)))
        {
            if (run.Entry("lists", name) is { } entry)
                run.Warn(Name, entry.KeyPosition, entry.Value.Path, $"no condition names this list, so what stands in it changes nothing; write {{ in: {name} }} where it is meant, or delete it");
        }
    }

    static IEnumerable<string> Named(Condition condition) => condition switch
    {
        ListedCondition listed => [listed.Name],
        NotCondition not => Named(not.Inner),
        ContainsCondition contains => Named(contains.Element),
        _ => [],
    };
}
