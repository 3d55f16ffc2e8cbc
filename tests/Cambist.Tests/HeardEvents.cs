using System.Collections.Concurrent;

namespace Cambist.Tests;

/// <summary>Keeps what the engine said.</summary>
sealed class HeardEvents : IEngineListener
{
    readonly ConcurrentQueue<EngineEvent> _events = new();

    public void On(EngineEvent engineEvent) => _events.Enqueue(engineEvent);

    public IReadOnlyList<EngineEvent> All => [.. _events];

    public IReadOnlyList<string> Names => [.. _events.Select(one => one.Name)];

    public EngineEvent Last => _events.Last();
}
