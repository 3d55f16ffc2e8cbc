using System.Collections;

namespace Cambist;

/// <summary>
/// A page of the ledger, newest first. It may hold fewer entries than were asked for and not be the last: where an index does not have
/// the entries yet only so many are read for one page.
/// </summary>
/// <param name="entries">The entries that fit.</param>
/// <param name="next">See <see cref="Next"/>.</param>
public sealed class DecisionPage(IReadOnlyList<LedgerEntry> entries, DecisionId next) : IReadOnlyList<LedgerEntry>
{
    /// <summary>How many entries a store reads in vain, for want of an index, before it cuts a page short: a second or so.</summary>
    internal const int MostRead = 250_000;

    /// <summary>
    /// What the next page comes before. Of the entries from here on none that fits is missing; older ones were not looked at. None where the
    /// ledger was looked through to its beginning.
    /// </summary>
    public DecisionId Next => next;

    /// <inheritdoc/>
    public int Count => entries.Count;

    /// <inheritdoc/>
    public LedgerEntry this[int index] => entries[index];

    /// <summary>A page that ends where it is full, if it is.</summary>
    /// <param name="entries">The entries that fit.</param>
    /// <param name="limit">How many make it full.</param>
    /// <param name="cutAt">Where reading was given up before it was full; none where it was not.</param>
    public static DecisionPage Of(IReadOnlyList<LedgerEntry> entries, int limit, DecisionId cutAt = default) =>
        new(entries, entries.Count > 0 && entries.Count >= limit ? entries[^1].Id : cutAt);

    /// <inheritdoc/>
    public IEnumerator<LedgerEntry> GetEnumerator() => entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
