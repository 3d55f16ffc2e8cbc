using System.Collections.Concurrent;

namespace Cambist;

/// <summary>Bounds of a <see cref="GroupCommit"/>.</summary>
public sealed record GroupCommitOptions
{
    /// <summary>The most writes that wait their turn. Default 4,096; more callers wait for a place.</summary>
    public int Capacity { get; init; } = 4096;

    /// <summary>How long a caller waits for a place before the store counts as unavailable. Default 2 seconds.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most entries in one transaction. Default 512.</summary>
    public int MaxBatch { get; init; } = 512;

    /// <summary>The most bytes of encoded entries in one transaction, unless a single entry is larger. Default 1 MiB.</summary>
    public int MaxBatchSize { get; init; } = 1024 * 1024;

    /// <summary>The most bytes of one encoded entry; a larger one is rejected. Default 256 KiB.</summary>
    public int MaxEntrySize { get; init; } = 256 * 1024;
}

/// <summary>
/// Lets concurrent entries share one transaction. One thread writes; a batch is what has queued while the batch before it
/// was written, so nobody waits for a timer. Entries are encoded on their callers' threads, and a whole batch is answered
/// in one work item of the thread pool while the writer goes on with the next.
/// </summary>
public sealed class GroupCommit : IAsyncDisposable
{
    const int MaxPooled = 256;

    readonly ILedgerBatchWriter _writer;
    readonly DecisionIdSequence _ids;
    readonly GroupCommitOptions _options;
    readonly WriteQueue _queue;
    readonly ConcurrentQueue<PendingEntry> _pool = new();
    readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Starts the writer's thread.</summary>
    /// <param name="writer">The store's part.</param>
    /// <param name="ids">Already started after the newest id in the store; belongs to the writer's thread from here on.</param>
    /// <param name="options">Bounds; null for the defaults.</param>
    public GroupCommit(ILedgerBatchWriter writer, DecisionIdSequence ids, GroupCommitOptions? options = null)
    {
        _writer = writer;
        _ids = ids;
        _options = options ?? new();
        _queue = new(_options.Capacity, _options.MaxWait);
        new Thread(WriteUntilStopped) { IsBackground = true, Name = "cambist ledger" }.Start();
    }

    /// <inheritdoc cref="ILedger.CommitAsync"/>
    public ValueTask<CommitResult> CommitAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<CommitResult>(cancellationToken);
        if (!_pool.TryDequeue(out var pending)) pending = new(this);
        try
        {
            pending.Prepare(entry, _options.MaxEntrySize);
            return _queue.TryAdd(pending) ? pending.WaitAsync(cancellationToken) : CommitWhenThereIsRoomAsync(pending, cancellationToken);
        }
        catch (Exception e) when (e is LedgerEntryRejectedException or StoreUnavailableException)
        {
            Return(pending);
            return ValueTask.FromException<CommitResult>(e);
        }
    }

    /// <summary>
    /// Does something else to the store in the writer's turn, between two batches. What it throws reaches the caller.
    /// </summary>
    /// <exception cref="StoreUnavailableException">The queue stays full, or the store is closed.</exception>
    public async Task<T> RunAsync<T>(Func<DecisionIdSequence, T> act, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var pending = new PendingAct<T>(act);
        if (!_queue.TryAdd(pending)) await _queue.AddAsync(pending, cancellationToken);
        return await pending.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Takes nothing more, writes what is queued, and stops the writer's thread.</summary>
    public ValueTask DisposeAsync()
    {
        _queue.Close();
        return new(_stopped.Task);
    }

    internal void Return(PendingEntry pending)
    {
        pending.Clear();
        if (_pool.Count < MaxPooled) _pool.Enqueue(pending);
    }

    async ValueTask<CommitResult> CommitWhenThereIsRoomAsync(PendingEntry pending, CancellationToken cancellationToken)
    {
        await _queue.AddAsync(pending, cancellationToken);
        return await pending.WaitAsync(cancellationToken);
    }

    void WriteUntilStopped()
    {
        while (_queue.TakeAll() is { } queued)
        {
            for (var i = 0; i < queued.Count;)
            {
                if (queued[i] is not PendingEntry)
                {
                    ((IPendingAct)queued[i]).Run(_ids);
                    new Answers([queued[i++]]).Queue();
                    continue;
                }

                var batch = Batch(queued, i);
                i += batch.Length;
                Record(batch);
                new Answers(batch).Queue();
            }
        }

        _stopped.SetResult();
    }

    PendingEntry[] Batch(List<IPendingWrite> queued, int first)
    {
        var (size, end) = (0, first);
        for (; end < queued.Count && end - first < _options.MaxBatch && queued[end] is PendingEntry entry; end++)
        {
            size += entry.Json.Length;
            if (size > _options.MaxBatchSize && end > first) break;
        }

        var batch = new PendingEntry[end - first];
        for (var i = 0; i < batch.Length; i++) batch[i] = (PendingEntry)queued[first + i];
        return batch;
    }

    void Record(ReadOnlyMemory<PendingEntry> batch)
    {
        try
        {
            var written = _writer.WriteAsync(batch, _ids);
            if (written.IsCompleted) written.GetAwaiter().GetResult();
            else written.AsTask().GetAwaiter().GetResult(); // the thread is the writer's own
        }
        catch (StoreUnavailableException e)
        {
            foreach (IPendingWrite entry in batch.Span) entry.Fail(new StoreUnavailableException(e.Message, e));
        }
        catch (Exception e) when (batch.Length == 1)
        {
            ((IPendingWrite)batch.Span[0]).Fail(e as LedgerEntryRejectedException ?? new LedgerEntryRejectedException("The store refused this entry.", e));
        }
        catch (Exception)
        {
            var half = batch.Length / 2;
            Record(batch[..half]);
            Record(batch[half..]);
        }
    }

    /// <summary>Answers the callers of a batch one after the other, as one work item.</summary>
    sealed class Answers(IPendingWrite[] writes) : IThreadPoolWorkItem
    {
        public void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

        public void Execute()
        {
            foreach (var write in writes) write.Answer();
        }
    }
}
