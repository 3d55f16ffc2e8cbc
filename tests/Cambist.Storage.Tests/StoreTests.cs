using Cambist.Storage.Sqlite;

namespace Cambist.Storage.Tests;

/// <summary>What every store promises: one test a sentence of the ports. Each store runs the whole suite.</summary>
public abstract partial class StoreTests : IAsyncLifetime
{
    protected static CancellationToken None => CancellationToken.None;

    private protected ManualClock Clock { get; } = new();

    protected Store Store { get; private set; } = null!;

    /// <summary>A new, empty store.</summary>
    protected abstract ValueTask<Store> CreateAsync(TimeProvider clock);

    /// <summary>One that reads fewer entries for a page, for want of an index, before it cuts it short; null where none is ever cut short.</summary>
    protected abstract ValueTask<Store?> CreateAsync(TimeProvider clock, int mostReadAPage);

    public async ValueTask InitializeAsync() => Store = await CreateAsync(Clock);

    public virtual async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected ValueTask<CommitResult> CommitAsync(LedgerEntry entry) => Store.Ledger.CommitAsync(entry, None);

    protected async Task<DecisionId> CommittedAsync(LedgerEntry entry)
    {
        var result = await CommitAsync(entry);
        result.Status.ShouldBe(CommitStatus.Committed);
        return result.Id;
    }

    protected async Task<IReadOnlyList<LedgerEntry>> AllAsync() => await Store.Decisions.PageAsync(DecisionFilter.All, default, int.MaxValue, None);
}

public sealed class MemoryStoreTests : StoreTests
{
    protected override ValueTask<Store> CreateAsync(TimeProvider clock) => new(MemoryStore.Create(clock));

    protected override ValueTask<Store?> CreateAsync(TimeProvider clock, int mostReadAPage) => default;
}

public sealed class SqliteStoreTests : StoreTests
{
    readonly TemporaryFolder _folder = new();

    protected override ValueTask<Store> CreateAsync(TimeProvider clock) => new(SqliteStore.Open(_folder.File("cambist.db"), clock));

    protected override ValueTask<Store?> CreateAsync(TimeProvider clock, int mostReadAPage) => new(SqliteStore.Open(_folder.File("short.db"), clock, new() { MostReadAPage = mostReadAPage }));

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
