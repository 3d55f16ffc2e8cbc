using Cambist.AspNetCore;

namespace Cambist.Tests.AspNetCore;

public sealed class StoreLookTests : IAsyncDisposable
{
    readonly FakeClock _clock = new();
    readonly Store _memory;
    readonly FadingKeys _keys;
    readonly StoreLook _look;

    public StoreLookTests()
    {
        _memory = MemoryStore.Create(_clock);
        _keys = new(_memory.Keys);
        _look = new(_memory with { Keys = _keys }, _clock);
    }

    public ValueTask DisposeAsync() => _memory.DisposeAsync();

    [Fact]
    public async Task It_looks_once_a_second_however_many_ask_and_recovers_by_itself()
    {
        (await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _look.CanBeUsedAsync()))).ShouldAllBe(one => one);
        _keys.Looks.ShouldBe(1);

        _keys.IsAway = true;
        (await _look.CanBeUsedAsync()).ShouldBeTrue("it looked within this second");
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _look.CanBeUsedAsync()))).ShouldAllBe(one => !one);
        _keys.Looks.ShouldBe(2);

        _keys.IsAway = false;
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await _look.CanBeUsedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task A_store_that_cannot_be_written_cannot_be_used()
    {
        await _memory.DisposeAsync(); // reading keys still works in memory
        (await _look.CanBeUsedAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task A_look_that_hangs_is_a_no_and_no_other_begins_beside_it()
    {
        var hanging = new TaskCompletionSource();
        _keys.Until = hanging.Task;
        var first = Task.WhenAll(_look.CanBeUsedAsync(), _look.CanBeUsedAsync());
        _clock.Advance(TimeSpan.FromSeconds(2));
        (await first).ShouldBe([false, false]);
        var next = _look.CanBeUsedAsync();
        hanging.SetResult();
        (await next).ShouldBeTrue();
        _keys.Looks.ShouldBe(1);
    }

    sealed class FadingKeys(IKeyStore keys) : IKeyStore
    {
        public int Looks;

        public bool IsAway { get; set; }

        public Task Until { get; set; } = Task.CompletedTask;

        public async ValueTask<long> ReadVersionAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref Looks);
            await Until;
            return IsAway ? throw new StoreUnavailableException("away") : await keys.ReadVersionAsync(cancellationToken);
        }

        public ValueTask<StoredKeys> ReadAsync(CancellationToken cancellationToken) => keys.ReadAsync(cancellationToken);

        public ValueTask<bool> TryReplaceAsync(long expectedVersion, IReadOnlyList<SealedKey> replacement, LedgerEntry? entry, CancellationToken cancellationToken) =>
            keys.TryReplaceAsync(expectedVersion, replacement, entry, cancellationToken);
    }
}
