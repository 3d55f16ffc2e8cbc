using System.Diagnostics.CodeAnalysis;

namespace Cambist;

/// <summary>An issuer's keys as they were fetched at one moment. Swapped whole.</summary>
sealed class IssuerKeySet
{
    readonly ReadOnlyMemory<byte> _document;

    IssuerKeySet(ReadOnlyMemory<byte> document, JsonWebKeySet keys, TimeSpan fetchedAt, DateTimeOffset time) =>
        (_document, Keys, FetchedAt, Time) = (document, keys, fetchedAt, time);

    public JsonWebKeySet Keys { get; }

    /// <summary>When the request left, on a clock that never goes back.</summary>
    public TimeSpan FetchedAt { get; }

    /// <summary>The same by the wall clock.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Reads a fetched document. Keys that <paramref name="previous"/> has too stay the same objects, so that what they verified stays verified.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> document, IssuerKeySet? previous, TimeSpan fetchedAt, DateTimeOffset time, [NotNullWhen(true)] out IssuerKeySet? set, [NotNullWhen(false)] out string? fault)
    {
        set = null;
        fault = null;
        if (previous is not null && previous._document.Span.SequenceEqual(document.Span))
            set = previous.At(fetchedAt, time);
        else if (JsonWebKeySet.TryParse(document, out var keys, out fault))
            set = new(document, previous is null ? keys : keys.Keeping(previous.Keys), fetchedAt, time);
        return set is not null;
    }

    /// <summary>The same keys, found again.</summary>
    public IssuerKeySet At(TimeSpan fetchedAt, DateTimeOffset time) => new(_document, Keys, fetchedAt, time);

    /// <summary>Whether a token was issued before these keys were asked for: a key that is not among them never will be.</summary>
    public bool IsLaterThan(long? issuedAt) => issuedAt is { } seconds && seconds < Time.ToUnixTimeSeconds();
}
