namespace Cambist;

/// <summary>Reads the ledger.</summary>
public interface IDecisionLog
{
    /// <summary>The entry with this id, or null.</summary>
    ValueTask<LedgerEntry?> FindAsync(DecisionId id, CancellationToken cancellationToken);

    /// <summary>
    /// Entries that fit a filter, newest first, at most <paramref name="limit"/>. Where there is no index yet, no more than
    /// some hundred thousand entries are read for a page; <see cref="DecisionPage.Next"/> says where to go on, also from a page that is empty.
    /// </summary>
    /// <param name="filter">What to look for.</param>
    /// <param name="before">Only entries older than this one; none for the newest page.</param>
    /// <param name="limit">The most entries to give.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    ValueTask<DecisionPage> PageAsync(DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Brings the index behind searches a bounded step nearer to the newest entry. Called every second; a store that needs none does nothing.
    /// No page lacks an entry for want of it: what is not in the index yet is read entry by entry.
    /// </summary>
    /// <returns>Every entry recorded before this is in the index, milliseconds since 1970; null where the store needs none.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be written now.</exception>
    ValueTask<long?> IndexAsync(CancellationToken cancellationToken) => new((long?)null);
}

/// <summary>What entries to look for; what is null is not asked for.</summary>
public sealed record DecisionFilter
{
    /// <summary>Every entry.</summary>
    public static readonly DecisionFilter All = new();

    /// <summary>The client's id.</summary>
    public string? Client { get; init; }

    /// <summary>The subject, by our <c>sub</c>.</summary>
    public string? Subject { get; init; }

    /// <summary>A lineage id: entries whose subject token or issued token is it or beneath it.</summary>
    public string? Lineage { get; init; }

    /// <summary>The id of a token: the entry that issued this very one.</summary>
    public string? Issued { get; init; }

    /// <summary>What kind of decision.</summary>
    public DecisionOutcome? Outcome { get; init; }

    /// <summary>The reason of a refusal.</summary>
    public Protocol.Reason? Reason { get; init; }

    /// <summary>Recorded at or after, milliseconds since 1970.</summary>
    public long? From { get; init; }

    /// <summary>Recorded before, milliseconds since 1970.</summary>
    public long? Until { get; init; }

    /// <summary>Whether an entry fits.</summary>
    public bool Fits(LedgerEntry entry) =>
        (Client is null || entry.Client == Client)
        && (Subject is null || entry.Subject?.Sub == Subject)
        && (Issued is null || entry.IssuedId == Issued)
        && (Outcome is null || entry.Outcome == Outcome)
        && (Reason is null || entry.Reason == Reason)
        && (From is null || entry.Id.Milliseconds >= From)
        && (Until is null || entry.Id.Milliseconds < Until)
        && (Lineage is null || IsUnder(entry.Subject?.Lineage, Lineage) || IsUnder(entry.IssuedId, Lineage));

    static bool IsUnder(string? id, string ancestor) => id is not null && Cambist.Lineage.IsUnder(id, ancestor);
}
