using System.Collections.Immutable;

namespace Cambist;

/// <summary>How it stands with an issuer's keys, for the operator.</summary>
/// <param name="Status">Whether they can be used now.</param>
/// <param name="FetchedAt">When they were last fetched; null for never.</param>
/// <param name="KeyIds">The <c>kid</c> of each usable key; the empty string for a key without one.</param>
/// <param name="Skipped">Keys that were left out, with why.</param>
/// <param name="Failures">Fetches that failed since.</param>
/// <param name="LastFailure">The last one; null where it succeeded.</param>
sealed record IssuerKeyHealth(
    IssuerKeyStatus Status, DateTimeOffset? FetchedAt, ImmutableArray<string> KeyIds, ImmutableArray<string> Skipped, int Failures, KeyFailure? LastFailure)
{
    /// <summary>Of a custom resolver, which has no keys.</summary>
    public static readonly IssuerKeyHealth None = new(IssuerKeyStatus.Untried, null, [], [], 0, null);

    /// <summary>Why the last fetch failed; null where it did not.</summary>
    public string? LastFault => LastFailure?.Fault;

    /// <summary>The earliest instant at which a use fetches them again; null where the next one does, and for a file.</summary>
    public DateTimeOffset? NextFetchAt { get; init; }

    /// <summary>The earliest instant at which an unknown <c>kid</c> causes a fetch; null where the next one does, and for a file.</summary>
    public DateTimeOffset? NextFetchForUnknownKeyAt { get; init; }

    /// <summary>Until when those of <see cref="FetchedAt"/> are used if none can be fetched; null where there are none.</summary>
    public DateTimeOffset? UsableUntil { get; init; }
}

/// <summary>Whether an issuer's keys can be used now.</summary>
enum IssuerKeyStatus
{
    /// <summary>Nobody needed them yet; the first use fetches them.</summary>
    Untried,

    /// <summary>They are fresh.</summary>
    Ready,

    /// <summary>They are old because nobody needed them; the next use fetches them.</summary>
    Due,

    /// <summary>They are old because they cannot be fetched, and are still used.</summary>
    Stale,

    /// <summary>There are none that may be used, and they could not be fetched: tokens are answered with 503.</summary>
    Unavailable,
}

/// <summary>A fetch that failed.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Fault">Why, in words.</param>
/// <param name="At">When.</param>
sealed record KeyFailure(KeyFault Kind, string Fault, DateTimeOffset At);

/// <summary>Why keys were not fetched.</summary>
enum KeyFault
{
    /// <summary>No connection, or it broke; a file that cannot be read.</summary>
    Unreachable,

    /// <summary>No whole answer in time.</summary>
    TimedOut,

    /// <summary>Another status than 200.</summary>
    Status,

    /// <summary>An answer that is no discovery document of this issuer, or no key set.</summary>
    Unreadable,

    /// <summary>We do not ask there: not https, a private address, no URL at all.</summary>
    NotAllowed,
}
