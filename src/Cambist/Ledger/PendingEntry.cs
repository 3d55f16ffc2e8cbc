using System.Buffers;
using System.Text.Json;
using System.Threading.Tasks.Sources;

namespace Cambist;

/// <summary>
/// One entry on its way into the store, already encoded, and whoever waits for it. Objects are used again for later
/// entries, so nothing may hold on to one after its batch.
/// </summary>
public sealed class PendingEntry : IPendingWrite, IValueTaskSource<CommitResult>
{
    const int LargestKeptBuffer = 16 * 1024;

    // Who answered the caller: whoever is first.
    const int ByWriter = 1;
    const int ByGivingUp = 2;

    readonly GroupCommit _owner;
    readonly Utf8JsonWriter _writer;
    ArrayBufferWriter<byte> _json = new(1024);
    ManualResetValueTaskSourceCore<CommitResult> _waiter; // continuations run inline: GroupCommit chooses the thread
    CancellationTokenRegistration _cancellation;
    LedgerEntry? _entry;
    Exception? _failure;
    int _answered;

    internal PendingEntry(GroupCommit owner)
    {
        _owner = owner;
        _writer = LedgerEntryJson.CreateWriter(_json);
    }

    /// <summary>The entry: what it consumes, stores and depends on.</summary>
    public LedgerEntry Entry => _entry!;

    /// <summary>What is kept of the entry, as UTF-8 JSON. Its id is not part of it.</summary>
    public ReadOnlyMemory<byte> Json => _json.WrittenMemory;

    /// <summary>What became of the entry, once the transaction has committed.</summary>
    public CommitResult Result { get; set; }

    /// <exception cref="LedgerEntryRejectedException">The entry cannot be encoded, or is too large.</exception>
    internal void Prepare(LedgerEntry entry, int maxEntrySize)
    {
        _entry = entry;
        _answered = 0;
        _failure = null;
        Result = default;
        _writer.Reset(_json);
        try
        {
            LedgerEntryJson.Write(_writer, entry);
            _writer.Flush();
        }
        catch (Exception e)
        {
            throw new LedgerEntryRejectedException("The entry cannot be written as JSON.", e);
        }

        if (_json.WrittenCount > maxEntrySize)
            throw new LedgerEntryRejectedException($"The entry has {_json.WrittenCount} bytes; the ledger takes {maxEntrySize}.");
    }

    /// <summary>The caller's end. A cancelled caller is answered at once; the entry stays queued.</summary>
    internal ValueTask<CommitResult> WaitAsync(CancellationToken cancellationToken)
    {
        var task = new ValueTask<CommitResult>(this, _waiter.Version);
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (self, token) => ((PendingEntry)self!).GiveUp(token), this);
        return task;
    }

    void GiveUp(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _answered, ByGivingUp, 0) != 0) return;
        _waiter.RunContinuationsAsynchronously = true; // not on the thread of whoever cancels
        _waiter.SetException(new OperationCanceledException(cancellationToken));
    }

    void IPendingWrite.Fail(Exception failure) => _failure = failure;

    void IPendingWrite.Answer()
    {
        // Where the caller gave up this object is not used again: it is still queued, or the writer's hand is on it.
        if (Interlocked.CompareExchange(ref _answered, ByWriter, 0) != 0) return;
        if (_failure is null) _waiter.SetResult(Result);
        else _waiter.SetException(_failure);
    }

    /// <summary>Makes the object ready for another entry.</summary>
    internal void Clear()
    {
        _entry = null;
        if (_json.Capacity > LargestKeptBuffer) _json = new(1024);
        else _json.ResetWrittenCount();
    }

    CommitResult IValueTaskSource<CommitResult>.GetResult(short token)
    {
        // No registration says nothing of who answered: a token that was cancelled already gives none, and answers at once.
        var isFree = _answered == ByWriter && (_cancellation == default || _cancellation.Unregister());
        _cancellation = default;
        try
        {
            return _waiter.GetResult(token);
        }
        finally
        {
            if (isFree)
            {
                _waiter.Reset();
                _owner.Return(this);
            }
        }
    }

    ValueTaskSourceStatus IValueTaskSource<CommitResult>.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource<CommitResult>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _waiter.OnCompleted(continuation, state, token, flags);
}
