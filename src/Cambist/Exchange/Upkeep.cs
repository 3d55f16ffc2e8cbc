using System.Collections.Immutable;

namespace Cambist;

/// <summary>Something done beside the requests every so often.</summary>
/// <param name="Name">What it does, for the message where it fails: <c>reading the registry again</c>.</param>
/// <param name="Every">How long to wait between two of them; whole seconds.</param>
/// <param name="DoAsync">Does it; whatever it throws is told to the listener, and it is tried again.</param>
internal sealed record Chore(string Name, TimeSpan Every, Func<CancellationToken, ValueTask> DoAsync);

/// <summary>
/// The one loop beside the requests: looks each second which chores are due, and does them one after the other. One that fails is
/// tried again; one that hangs, on a file system or a store that does not answer, is left alone until it is done, and stops no other.
/// </summary>
internal sealed class Upkeep : IAsyncDisposable
{
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Hanging = TimeSpan.FromSeconds(30);

    readonly TimeProvider _clock;
    readonly IEngineListener _listener;
    readonly Turn[] _turns;
    readonly CancellationTokenSource _stopping = new();
    Task _loop = Task.CompletedTask;

    public Upkeep(TimeProvider clock, IEngineListener listener, params ImmutableArray<Chore> chores)
    {
        (_clock, _listener) = (clock, listener);
        _turns = [.. chores.Select(chore => new Turn(chore, clock.GetTimestamp()))];
    }

    /// <summary>How long the others, and the end, wait for one. By the system's clock: it is about threads, and not about the time.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    sealed class Turn(Chore chore, long lastAt)
    {
        public Chore Chore => chore;

        public long LastAt { get; set; } = lastAt;

        public Task Work { get; set; } = Task.CompletedTask;

        public bool IsFailing { get; set; }
    }

    public void Start() => _loop = Task.Run(LoopAsync);

    async Task LoopAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                // Yields, so that a clock which is moved by hand fires one tick and not a year of them.
                await Task.Delay(Tick, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
                await DoDueAsync(_stopping.Token);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    async ValueTask DoDueAsync(CancellationToken cancellationToken)
    {
        foreach (var turn in _turns)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var since = _clock.GetElapsedTime(turn.LastAt);
            if (!turn.Work.IsCompleted)
            {
                if (since >= Hanging) Fail(turn, $"has been under way for {since.TotalSeconds:0} s and is waited for; what it does is not done meanwhile");
                continue;
            }

            if (since + Tick / 2 < turn.Chore.Every) continue; // a timer may be a little early
            turn.LastAt = _clock.GetTimestamp();
            turn.Work = Task.Run(() => DoAsync(turn, cancellationToken), CancellationToken.None);
            await turn.Work.WaitAsync(Patience, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task DoAsync(Turn turn, CancellationToken cancellationToken)
    {
        try
        {
            await turn.Chore.DoAsync(cancellationToken);
            if (turn.IsFailing) Say(EngineEventSeverity.Information, "upkeep_recovered", $"{turn.Chore.Name} works again.");
            turn.IsFailing = false;
        }
        catch (Exception e)
        {
            if (!cancellationToken.IsCancellationRequested) Fail(turn, $"failed and is tried again: {e.Message}");
        }
    }

    void Fail(Turn turn, string how)
    {
        if (!turn.IsFailing) Say(EngineEventSeverity.Error, "upkeep_failed", $"{turn.Chore.Name} {how}");
        turn.IsFailing = true;
    }

    void Say(EngineEventSeverity severity, string name, string message)
    {
        try
        {
            _listener.On(new(severity, name, message));
        }
        catch (Exception)
        {
            // It must not throw; but a log that cannot be written must not end the upkeep either.
        }
    }

    /// <summary>Stops after the chore at hand, or without it where it hangs.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        await Task.WhenAll(_turns.Select(turn => turn.Work)).WaitAsync(Patience, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }
}
