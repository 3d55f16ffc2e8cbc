using Cambist.AspNetCore;
using Microsoft.Extensions.Logging;

namespace Cambist.Tests.AspNetCore;

public sealed class StoreOutageTests
{
    readonly FakeClock _clock = new();
    readonly Heard _log = new();
    readonly StoreOutage _outage;

    public StoreOutageTests() => _outage = new(_log, _clock);

    [Fact]
    public void An_outage_is_told_with_its_cause_once_then_as_a_count_and_when_it_is_over()
    {
        for (var second = 0; second < 25; second++)
        {
            for (var i = 0; i < 1000; i++) _outage.Met(Away());
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        for (var i = 0; i < 1000; i++) _outage.Passed();

        _log.Lines.Count.ShouldBe(4);
        _log.Lines[0].ShouldContain("The store cannot be used now; answered 503 " + typeof(StoreUnavailableException).FullName);
        _log.Lines.Skip(1).ShouldAllBe(line => !line.Contains("Exception", StringComparison.Ordinal));
        _log.Lines[1].ShouldContain("10000 more requests: the disk is full");
        _log.Lines[^1].ShouldContain("can be used again");
    }

    [Fact]
    public void One_that_comes_and_goes_all_the_time_fills_no_log()
    {
        for (var i = 0; i < 1000; i++)
        {
            _outage.Met(Away());
            _outage.Passed();
            _clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        _log.Lines.Count.ShouldBe(2);
    }

    sealed class Heard : ILogger<StoreOutage>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add($"{formatter(state, exception)} {exception}");
    }

    static StoreUnavailableException Away() => new("the disk is full");
}
