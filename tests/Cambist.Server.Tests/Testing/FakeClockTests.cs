using Cambist.Testing;

namespace Cambist.Server.Tests.Testing;

public sealed class FakeClockTests
{
    readonly FakeClock _clock = new();

    [Fact]
    public void Time_stands_still_until_it_is_moved()
    {
        var start = _clock.GetUtcNow();
        var stamp = _clock.GetTimestamp();
        _clock.GetUtcNow().ShouldBe(start);
        _clock.Advance(TimeSpan.FromSeconds(90));
        _clock.GetUtcNow().ShouldBe(start.AddSeconds(90));
        _clock.GetElapsedTime(stamp).ShouldBe(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public void Timers_fire_at_their_own_instant_in_order_and_as_often_as_they_are_due()
    {
        var start = _clock.GetUtcNow();
        var fired = new List<(string, double)>();
        void Note(object? name) => fired.Add(((string)name!, (_clock.GetUtcNow() - start).TotalSeconds));
        using var every = _clock.CreateTimer(Note, "every 2", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var once = _clock.CreateTimer(Note, "once", TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var never = _clock.CreateTimer(Note, "never", Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        _clock.Advance(TimeSpan.FromSeconds(5));
        fired.ShouldBe([("every 2", 2), ("once", 3), ("every 2", 4)]);
        _clock.PendingTimers.ShouldBe(1);
        every.Dispose();
        _clock.Advance(TimeSpan.FromSeconds(5));
        fired.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_delay_ends_when_its_time_has_come()
    {
        var delay = Task.Delay(TimeSpan.FromMinutes(5), _clock);
        _clock.Advance(TimeSpan.FromMinutes(4));
        delay.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await delay;
    }

    [Fact]
    public void A_jump_fires_what_is_due_once_and_late()
    {
        var fired = new List<DateTimeOffset>();
        using var every = _clock.CreateTimer(_ => fired.Add(_clock.GetUtcNow()), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        using var later = _clock.CreateTimer(_ => fired.Add(default), null, TimeSpan.FromDays(91), Timeout.InfiniteTimeSpan);
        _clock.Jump(TimeSpan.FromDays(90));
        fired.ShouldBe([_clock.GetUtcNow()]);
        _clock.PendingTimers.ShouldBe(2);
        _clock.Jump(TimeSpan.FromDays(1));
        fired.ShouldContain(default(DateTimeOffset));
        _clock.PendingTimers.ShouldBe(1);
    }

    [Fact]
    public async Task A_cancellation_after_a_while_comes_with_the_clock()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(2), _clock);
        var waiting = Task.Delay(Timeout.InfiniteTimeSpan, source.Token);
        _clock.Advance(TimeSpan.FromSeconds(2));
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
    }
}
