using System.Buffers;
using BenchmarkDotNet.Attributes;

namespace Cambist.Benchmarks;

/// <summary>
/// What one commit of an ordinary entry costs where so many callers commit at the same time: on disk (WAL, <c>synchronous=FULL</c>); and where nothing is
/// written, which is the group commit alone. Beside them a file to which as many entries are appended, and flushed to the disk once for all of them.
/// </summary>
public class GroupCommitBenchmarks
{
    const int Commits = 256;

    World _world = null!;
    LedgerEntry _entry = null!;
    GroupCommit _nowhere = null!;
    FileStream _file = null!;
    byte[] _together = [];

    [Params(1, 8, 32)]
    public int Callers { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _world = new(open: World.OnSqlite);
        _entry = await _world.EntryAsync(_world.Provider.IdToken(1));
        _nowhere = new(new Nowhere(), new(TimeProvider.System));
        _together = [.. Enumerable.Repeat(Json(_entry), Callers).SelectMany(bytes => bytes)];
        _file = new(Path.GetTempFileName(), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        await _file.DisposeAsync();
        await _nowhere.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Commits)]
    public void BareAppendAndFlush()
    {
        for (var i = 0; i < Commits / Callers; i++)
        {
            _file.Write(_together);
            _file.Flush(flushToDisk: true);
        }
    }

    [Benchmark(OperationsPerInvoke = Commits)]
    public Task OnSqlite() => Together(() => _world.Engine.Store.Ledger.CommitAsync(_entry, CancellationToken.None));

    [Benchmark(OperationsPerInvoke = Commits)]
    public Task WithoutStore() => Together(() => _nowhere.CommitAsync(_entry, CancellationToken.None));

    Task Together(Func<ValueTask<CommitResult>> commit)
    {
        var callers = new Task[Callers];
        for (var i = 0; i < callers.Length; i++) callers[i] = Task.Run(() => ShareAsync(commit));
        return Task.WhenAll(callers);
    }

    async Task ShareAsync(Func<ValueTask<CommitResult>> commit)
    {
        for (var i = 0; i < Commits / Callers; i++)
            if ((await commit()).Status != CommitStatus.Committed) throw new InvalidOperationException("The entry was refused.");
    }

    static byte[] Json(LedgerEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = LedgerEntryJson.CreateWriter(buffer)) LedgerEntryJson.Write(writer, entry);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Gives each entry its id and keeps none.</summary>
    sealed class Nowhere : ILedgerBatchWriter
    {
        public ValueTask WriteAsync(ReadOnlyMemory<PendingEntry> batch, DecisionIdSequence ids)
        {
            foreach (var pending in batch.Span) pending.Result = CommitResult.Committed(ids.Next());
            return default;
        }
    }
}
