using Microsoft.Extensions.Logging;

namespace Cambist.AspNetCore;

/// <summary>
/// Logs that the store cannot be used, with its cause, when that begins; then how many requests it cost, every ten seconds; and when it can
/// be used again. An outage meets every request, and would else fill the log.
/// </summary>
sealed class StoreOutage(ILogger<StoreOutage> log, TimeProvider clock)
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    readonly Lock _gate = new();
    volatile bool _isAway;
    long? _toldAt; // of the outage at hand, or of the one before it
    bool _isTold;
    long _untold;

    /// <summary>A request was answered 503.</summary>
    public void Met(StoreUnavailableException cause)
    {
        lock (_gate)
        {
            var isNew = !_isTold;
            _isAway = true;
            _untold++;
            if (_toldAt is { } last && clock.GetElapsedTime(last) < Every) return; // also where it comes and goes

            (_toldAt, _isTold) = (clock.GetTimestamp(), true);
            if (isNew) log.LogError(cause, "The store cannot be used now; answered 503");
            else log.LogError("The store cannot be used still; answered 503 to {Requests} more requests: {Cause}", _untold, cause.Message);
            _untold = 0;
        }
    }

    /// <summary>A request was served for which the store was needed.</summary>
    public void Passed()
    {
        if (!_isAway) return;
        lock (_gate)
        {
            _isAway = false;
            if (!_isTold) return;
            _isTold = false;
            log.LogInformation("The store can be used again");
        }
    }
}
