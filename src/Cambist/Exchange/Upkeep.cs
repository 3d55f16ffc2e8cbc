using System.Collections.Immutable;

namespace Cambist;

/// <summary>Something done beside the requests every so often.</summary>
/// <param name="Name">What it does, for the message where it fails: <c>reading the registry again</c>.</param>
/// <param name="Every">How long to wait between two of them; whole seconds.</param>
/// <param name="DoAsync">Does it; whatever it throws is told to the listener, and it is tried again.</param>
internal sealed record Chore(string Name, TimeSpan Every, Func<CancellationToken, ValueTask> DoAsync);

/// <summary>
/// The one loop beside the requests: looks each second which chores are due, and does them one after the other. A slow one delays
/// the others and no request; one that fails is tried again and stops nobody.
/// </summary>
internal sealed class Upkeep : IAsyncDisposable
{
    static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

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

    sealed class Turn(Chore chore, long lastAt)
    {
        public Chore Chore => chore;

        public long LastAt { get; set; } = lastAt;

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
            if (_clock.GetElapsedTime(turn.LastAt) + Tick / 2 < turn.Chore.Every) continue; // a timer may be a little early
            turn.LastAt = _clock.GetTimestamp();
            await DoAsync(turn, cancellationToken);
        }
    }

    async ValueTask DoAsync(Turn turn, CancellationToken cancellationToken)
    {
        try
        {
            await turn.Chore.DoAsync(cancellationToken);
            if (turn.IsFailing) Say(EngineEventSeverity.Information, "upkeep_recovered", $"{turn.Chore.Name} works again.");
            turn.IsFailing = false;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!turn.IsFailing) Say(EngineEventSeverity.Error, "upkeep_failed", $"{turn.Chore.Name} failed and is tried again: {e.Message}");
            turn.IsFailing = true;
        }
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

    /// <summary>Stops after the chore at hand.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }
}
