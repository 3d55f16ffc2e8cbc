using System.Runtime.CompilerServices;

namespace Cambist.Server;

/// <summary>The entries of tokens that descend from each other. On nodes whose clocks differ, one beneath another may have the older id.</summary>
static class Family
{
    const int ARead = 1000;

    /// <summary>A page of the entries of a token, those it descends from, and all beneath it; newest first.</summary>
    public static async Task<DecisionPage> PageAsync(IDecisionLog decisions, DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken)
    {
        var page = await decisions.PageAsync(filter, before, limit, cancellationToken);
        if (filter.Lineage is not { } id) return page;
        List<DecisionPage> pages = [page];
        foreach (var ancestor in Lineage.AncestorsOf(id)) pages.Add(await decisions.PageAsync(filter with { Lineage = null, Issued = ancestor }, before, limit, cancellationToken));

        // All of them go back as far as the one that goes back least.
        var cutAt = pages.Max(one => one.Next);
        return DecisionPage.Of([.. pages.SelectMany(entries => entries).Where(entry => entry.Id >= cutAt).OrderByDescending(entry => entry.Id).Take(limit)], limit, cutAt);
    }

    /// <summary>The entry that issued a token; null where the ledger has none, or no longer.</summary>
    public static async Task<LedgerEntry?> FindAsync(IDecisionLog decisions, string id, CancellationToken cancellationToken)
    {
        await foreach (var entry in AllAsync(decisions, new() { Issued = id }, 1, cancellationToken)) return entry;
        return null;
    }

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
        await foreach (var entry in AllAsync(decisions, new() { Lineage = id }, ARead, cancellationToken))
            if (entry.IssuedId is { } issued && issued != id && Lineage.IsUnder(issued, id)) descendants.Add(entry);
        descendants.Reverse();
        return descendants;
    }

    /// <summary>However many pages it takes.</summary>
    static async IAsyncEnumerable<LedgerEntry> AllAsync(IDecisionLog decisions, DecisionFilter filter, int aRead, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var before = default(DecisionId);
        do
        {
            var page = await decisions.PageAsync(filter, before, aRead, cancellationToken);
            foreach (var entry in page) yield return entry;
            before = page.Next;
        }
        while (!before.IsNone);
    }
}
