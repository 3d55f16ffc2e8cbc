namespace Cambist.AspNetCore;

/// <summary>
/// Whether the store can be read and written: looked at when somebody asks, at most once a second however many ask, so that probes cost
/// it nothing. A look that takes longer than a probe waits is a no, and stays the one look until it ends.
/// </summary>
sealed class StoreLook(Store store, TimeProvider clock)
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    readonly Lock _gate = new();
    Task<bool>? _last;
    long _at;

    public async Task<bool> CanBeUsedAsync()
    {
        Task<bool> look;
        lock (_gate)
        {
            if (_last is null || (_last.IsCompleted && clock.GetElapsedTime(_at) >= Every)) (_last, _at) = (Task.Run(LookAsync), clock.GetTimestamp());
            look = _last;
        }

        try
        {
            return await look.WaitAsync(Longest, clock);
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    async Task<bool> LookAsync()
    {
        try
        {
            await store.Keys.ReadVersionAsync(CancellationToken.None);
            await store.Ledger.CheckAsync(CancellationToken.None);
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false;
        }
    }
}
