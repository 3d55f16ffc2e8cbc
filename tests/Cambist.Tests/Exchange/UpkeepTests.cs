namespace Cambist.Tests.Exchange;

public sealed class UpkeepTests
{
    readonly FakeClock _clock = new();
    readonly HeardEvents _events = new();

    [Fact]
    public async Task A_chore_is_done_each_time_its_period_has_passed()
    {
        var done = 0;
        await using var upkeep = Started(new Chore("counting", TimeSpan.FromSeconds(5), _ => Count(ref done)));
        await PassAsync(seconds: 4);
        done.ShouldBe(0);
        await PassAsync(seconds: 1);
        done.ShouldBe(1);
        await PassAsync(seconds: 5);
        done.ShouldBe(2);
    }

    [Fact]
    public async Task A_chore_that_fails_is_told_of_once_tried_again_and_stops_no_other()
    {
        var (tries, others) = (0, 0);
        await using var upkeep = Started(
            new Chore("failing", TimeSpan.FromSeconds(1), _ => ++tries < 3 ? throw new IOException("no luck") : default),
            new Chore("counting", TimeSpan.FromSeconds(1), _ => Count(ref others)));
        await PassAsync(seconds: 3);
        (tries, others).ShouldBe((3, 3));
        _events.All.Select(one => one.Name).ShouldBe(["upkeep_failed", "upkeep_recovered"]);
        _events.All[0].Message.ShouldBe("failing failed and is tried again: no luck");
    }

    [Fact]
    public async Task A_chore_that_hangs_stops_no_other_is_told_of_and_goes_on_when_it_can()
    {
        using var held = new ManualResetEventSlim();
        var (hung, others) = (0, 0);
        await using var upkeep = Started(
            new Chore("hanging", TimeSpan.FromSeconds(1), _ => { held.Wait(TestContext.Current.CancellationToken); return Count(ref hung); }),
            new Chore("counting", TimeSpan.FromSeconds(1), _ => Count(ref others)));
        await PassAsync(seconds: 31);
        (hung, others).ShouldBe((0, 31));
        _events.All.ShouldHaveSingleItem().Message.ShouldBe("hanging has been under way for 30 s and is waited for; what it does is not done meanwhile");

        held.Set();
        while (_events.All.Count < 2) await Task.Delay(1, TestContext.Current.CancellationToken);
        _events.All[1].Name.ShouldBe("upkeep_recovered");
        await PassAsync(seconds: 1);
        hung.ShouldBe(2);
    }

    [Fact]
    public async Task The_end_does_not_wait_for_a_chore_that_hangs()
    {
        using var held = new ManualResetEventSlim();
        var done = 0;
        var upkeep = Started(new Chore("hanging", TimeSpan.FromSeconds(1), _ => { held.Wait(TestContext.Current.CancellationToken); return Count(ref done); }));
        await PassAsync(seconds: 1);
        await upkeep.DisposeAsync();
        done.ShouldBe(0);
        held.Set();
    }

    [Fact]
    public async Task A_tick_that_comes_a_little_early_leaves_no_chore_out()
    {
        var done = 0;
        await using var early = new Upkeep(new EarlyClock(_clock), _events, new Chore("counting", TimeSpan.FromSeconds(1), _ => Count(ref done)));
        early.Start();
        for (var i = 0; i < 3; i++)
        {
            await WaitForTimerAsync();
            _clock.Advance(TimeSpan.FromMilliseconds(999));
        }

        await WaitForTimerAsync();
        done.ShouldBe(3);
    }

    /// <summary>Fires a millisecond before its time, as timers do whose clock is coarser than the one that is looked at.</summary>
    sealed class EarlyClock(FakeClock clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(callback, state, dueTime - TimeSpan.FromMilliseconds(1), period);
    }

    static ValueTask Count(ref int count)
    {
        count++;
        return default;
    }

    Upkeep Started(params Chore[] chores)
    {
        var upkeep = new Upkeep(_clock, _events, [.. chores]) { Patience = TimeSpan.FromMilliseconds(200) };
        upkeep.Start();
        return upkeep;
    }

    async Task PassAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            await WaitForTimerAsync();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await WaitForTimerAsync(); // the loop waits again: what was due is done
    }

    async Task WaitForTimerAsync()
    {
        while (_clock.PendingTimers == 0) await Task.Delay(1, TestContext.Current.CancellationToken);
    }
}
