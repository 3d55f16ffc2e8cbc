using System.Text;
using System.Threading.Channels;

namespace Cambist.Storage.Postgres;

/// <summary>Lets concurrent revocations share one transaction: closing the fence keeps every node waiting, so it is closed once for all that queued.</summary>
sealed class RevocationWriter : IAsyncDisposable
{
    const int MostQueued = 4096;
    const int MostAtOnce = 256;
    const int LongestValue = 2048; // bytes: a row of the index holds 2,704, and one that fails would fail all that queued with it

    readonly Transactions _transactions;
    readonly LedgerClock _clock;
    readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(MostQueued);
    readonly Task _writing;

    public RevocationWriter(Transactions transactions, LedgerClock clock)
    {
        (_transactions, _clock) = (transactions, clock);
        _writing = Task.Run(WriteUntilClosedAsync);
    }

    /// <returns>As it was recorded; null where its entry is refused.</returns>
    /// <exception cref="LedgerEntryRejectedException">What it names is longer than any name.</exception>
    public Task<Revocation?> RevokeAsync(Revoking revoking, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Encoding.UTF8.GetByteCount(revoking.Asked.Value) > LongestValue) throw new LedgerEntryRejectedException("A revocation names what is longer than any name.");
        var pending = new Pending(revoking);
        if (!_queue.Writer.TryWrite(pending))
            throw new StoreUnavailableException(_writing.IsCompleted || _queue.Reader.Count < MostQueued ? "The store is closed." : "Too many revocations wait for the store.");
        return pending.Answer.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writing;
    }

    async Task WriteUntilClosedAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            var batch = new List<Pending>();
            while (batch.Count < MostAtOnce && _queue.Reader.TryRead(out var pending)) batch.Add(pending);
            await RecordAsync(batch);
        }
    }

    async Task RecordAsync(List<Pending> batch)
    {
        var (now, later) = Split(batch);
        var results = new Revocation?[now.Count];
        try
        {
            await _transactions.RunAsync(
                Sql.CloseFence,
                async connection => (results = await RevokingStatements.RecordAsync(connection, _clock, [.. now.Select(p => p.Revoking)])).Any(r => r is not null),
                CancellationToken.None);
            for (var i = 0; i < now.Count; i++) now[i].Answer.SetResult(results[i]);
        }
        catch (Exception e) when (now.Count == 1 || e is StoreUnavailableException)
        {
            foreach (var pending in now) pending.Answer.SetException(e is StoreUnavailableException ? new StoreUnavailableException(e.Message, e) : e);
        }
        catch (Exception)
        {
            // Data of one of them was refused, and all was taken back: halves, until it stands alone.
            await RecordAsync(now[..(now.Count / 2)]);
            await RecordAsync(now[(now.Count / 2)..]);
        }

        if (later.Count > 0) await RecordAsync(later);
    }

    static (List<Pending> Now, List<Pending> Later) Split(List<Pending> batch)
    {
        var (now, later, keys) = (new List<Pending>(), new List<Pending>(), new HashSet<(OneTimeKeyKind, Hash)>());
        foreach (var pending in batch)
        {
            var consumes = (pending.Revoking.Entry?.Consumes ?? []).Select(Hash.Of).ToList();
            if (consumes.Exists(keys.Contains)) later.Add(pending);
            else now.Add(pending);
            keys.UnionWith(consumes);
        }

        return (now, later);
    }

    sealed record Pending(Revoking Revoking)
    {
        public TaskCompletionSource<Revocation?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
