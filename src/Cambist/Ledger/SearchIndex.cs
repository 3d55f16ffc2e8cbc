using System.Diagnostics.Metrics;

namespace Cambist;

/// <summary>
/// Keeps the store's index behind searches up, and knows how far it is: for those who search, and as <c>cambist.search.lag</c>. A store
/// that needs no index has no lag, and none that nobody has looked at yet.
/// </summary>
sealed class SearchIndex : IDisposable
{
    const long Unknown = -1;

    readonly IDecisionLog _decisions;
    readonly TimeProvider _clock;
    readonly Meter _meter = new("Cambist");
    long _until = Unknown;

    public SearchIndex(IDecisionLog decisions, TimeProvider clock)
    {
        (_decisions, _clock) = (decisions, clock);
        _meter.CreateObservableGauge("cambist.search.lag", Measure, "s", "How far the index behind searches is behind the ledger; searches read what it lacks.");
    }

    /// <summary>Every entry recorded before this is in the index, milliseconds since 1970. Null where there is none, or nobody has looked yet.</summary>
    public long? Until => Interlocked.Read(ref _until) is var until && until != Unknown ? until : null;

    /// <summary>A step of the index.</summary>
    public async ValueTask TendAsync(CancellationToken cancellationToken) =>
        Interlocked.Exchange(ref _until, await _decisions.IndexAsync(cancellationToken) ?? Unknown);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>By the clock of now: where indexing fails or hangs the lag grows.</summary>
    IEnumerable<Measurement<double>> Measure() =>
        Until is { } until ? [new(Math.Max(0, (_clock.GetUtcNow().ToUnixTimeMilliseconds() - until) / 1000.0))] : [];
}
