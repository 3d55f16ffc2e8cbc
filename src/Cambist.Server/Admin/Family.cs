namespace Cambist.Server;

/// <summary>The entries of tokens that descend from each other. On nodes whose clocks differ, one beneath another may have the older id.</summary>
static class Family
{
    const int ARead = 1000;

    /// <summary>A page of the entries of a token, those it descends from, and all beneath it; newest first.</summary>
    public static async Task<IReadOnlyList<LedgerEntry>> PageAsync(IDecisionLog decisions, DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken)
    {
        var page = await decisions.PageAsync(filter, before, limit, cancellationToken);
        if (filter.Lineage is not { } id) return page;
        List<LedgerEntry> all = [.. page];
        foreach (var ancestor in Lineage.AncestorsOf(id))
            all.AddRange(await decisions.PageAsync(filter with { Lineage = null, Issued = ancestor }, before, limit, cancellationToken));
        return [.. all.OrderByDescending(entry => entry.Id).Take(limit)];
    }

    /// <summary>The entry that issued a token; null where the ledger has none, or no longer.</summary>
    public static async Task<LedgerEntry?> FindAsync(IDecisionLog decisions, string id, CancellationToken cancellationToken) =>
        await decisions.PageAsync(new() { Issued = id }, default, 1, cancellationToken) is [var entry] ? entry : null;

    /// <summary>The entries that issued what a token descends from, oldest first.</summary>
    public static async Task<List<LedgerEntry>> AncestorsAsync(IDecisionLog decisions, string id, CancellationToken cancellationToken)
    {
        var ancestors = new List<LedgerEntry>();
        foreach (var ancestor in Lineage.AncestorsOf(id).Reverse())
            if (await FindAsync(decisions, ancestor, cancellationToken) is { } entry) ancestors.Add(entry);
        return ancestors;
    }

    /// <summary>The entries that issued what descends from a token, all of them, oldest first.</summary>
    public static async Task<List<LedgerEntry>> DescendantsAsync(IDecisionLog decisions, string id, CancellationToken cancellationToken)
    {
        var descendants = new List<LedgerEntry>();
        for (var before = default(DecisionId); ;)
        {
            var page = await decisions.PageAsync(new() { Lineage = id }, before, ARead, cancellationToken);
            descendants.AddRange(page.Where(entry => entry.IssuedId is { } issued && issued != id && Lineage.IsUnder(issued, id)));
            if (page.Count < ARead) break;
            before = page[^1].Id;
        }

        descendants.Reverse();
        return descendants;
    }
}
