using BenchmarkDotNet.Attributes;
using Cambist.Storage.Sqlite;

namespace Cambist.Benchmarks;

/// <summary>Commits of an ordinary entry by concurrent callers: what one costs of the whole, on disk (WAL, <c>synchronous=FULL</c>) and where nothing is written, which is the group commit alone.</summary>
public class GroupCommitBenchmarks
{
    const int Commits = 64;

    World _world = null!;
    LedgerEntry _entry = null!;
    GroupCommit? _nowhere;

    [Params(1, 8, 32)]
    public int Callers { get; set; }

    [Params("sqlite", "nowhere")]
    public string Store { get; set; } = "";

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _world = Store == "sqlite" ? new(open: folder => SqliteStore.Open(Path.Combine(folder, "cambist.db"), TimeProvider.System)) : new();
        if (Store == "nowhere") _nowhere = new(new Nowhere(), new(TimeProvider.System));
        _entry = await _world.EntryAsync(_world.Provider.IdToken(1));
    }

    [GlobalCleanup]
    public async Task CleanUp()
    {
        if (_nowhere is not null) await _nowhere.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Benchmark(OperationsPerInvoke = Commits)]
    public Task CommitAsync()
    {
        var callers = new Task[Callers];
        for (var i = 0; i < callers.Length; i++) callers[i] = Task.Run(CommitShareAsync);
        return Task.WhenAll(callers);
    }

    async Task CommitShareAsync()
    {
        for (var i = 0; i < Commits / Callers; i++)
        {
            var result = _nowhere is null ? await _world.Engine.Store.Ledger.CommitAsync(_entry, CancellationToken.None) : await _nowhere.CommitAsync(_entry, CancellationToken.None);
            if (result.Status != CommitStatus.Committed) throw new InvalidOperationException("The entry was refused.");
        }
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
