using System.Net;

namespace Cambist.Tests.Clients;

public sealed class LeakyCountsTests
{
    static readonly TimeSpan Leak = TimeSpan.FromSeconds(30);
    static readonly ClientNetwork Here = new(IPAddress.Parse("203.0.113.7"));

    readonly FakeClock _clock = new();

    LeakyCounts Counts(int limit, int width = 1024) => new(limit, Leak, width, _clock);

    [Fact]
    public void A_pair_has_so_many_at_once_and_gets_one_back_each_period()
    {
        var counts = Counts(3);
        for (var i = 0; i < 3; i++) counts.Count("a", Here).ShouldBeNull();
        counts.Count("a", Here).ShouldBe(Leak);
        counts.Count("a", Here).ShouldBe(Leak); // what is over the limit makes nobody wait longer
        _clock.Advance(Leak - TimeSpan.FromSeconds(1));
        counts.Count("a", Here).ShouldBe(TimeSpan.FromSeconds(1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        counts.Count("a", Here).ShouldBeNull();
        counts.Count("a", Here).ShouldBe(Leak);
        _clock.Advance(TimeSpan.FromDays(1));
        for (var i = 0; i < 3; i++) counts.Count("a", Here).ShouldBeNull();
        counts.Count("a", Here).ShouldNotBeNull();
    }

    [Fact]
    public void Each_pair_has_its_own_count()
    {
        var counts = Counts(1);
        counts.Count("a", Here).ShouldBeNull();
        counts.Count("b", Here).ShouldBeNull();
        counts.Count("a", new(IPAddress.Parse("203.0.113.8"))).ShouldBeNull();
        counts.Count(null, Here).ShouldBeNull();
        counts.Count("a", default).ShouldBeNull();
        counts.Count(new string('a', 60_000), Here).ShouldBeNull();
        counts.Count("a", Here).ShouldNotBeNull();
    }

    [Fact]
    public void No_flood_of_other_pairs_gives_a_pair_new_tries()
    {
        var counts = Counts(3, width: 64);
        for (var i = 0; i < 3; i++) counts.Count("victim", Here);
        for (var i = 0; i < 10_000; i++) counts.Count($"other-{i}", new(new IPAddress(i)));
        counts.Count("victim", Here).ShouldNotBeNull();
    }

    [Fact]
    public void A_thousand_busy_pairs_leave_room_for_another()
    {
        var counts = Counts(10, width: 1 << 14);
        for (var pair = 0; pair < 1000; pair++)
            for (var i = 0; i < 10; i++) counts.Count($"busy-{pair}", Here);
        for (var pair = 0; pair < 100; pair++)
            for (var i = 0; i < 10; i++) counts.Count($"calm-{pair}", Here).ShouldBeNull();
    }

    [Fact]
    public void Tries_at_the_same_moment_are_all_counted()
    {
        var counts = Counts(10);
        var allowed = 0;
        Parallel.For(0, 10_000, _ =>
        {
            if (counts.Count("a", Here) is null) Interlocked.Increment(ref allowed);
        });
        allowed.ShouldBe(10);
    }
}
