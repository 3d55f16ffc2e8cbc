using System.Collections.Concurrent;

namespace Cambist.Server;

/// <summary>A registry that was in force, to be held against others.</summary>
/// <param name="Draft">Beside the draft.</param>
/// <param name="InForce">Beside the one in force now; null where it is that one, or that one is not to be had.</param>
sealed record PastRevision(RegistryChange Draft, RegistryChange? InForce);

/// <summary>Registries that were in force, compiled from the texts that the store keeps.</summary>
sealed class PastRevisions(IRegistryStore store, Registry draft, Func<string, Registry?> compile)
{
    const int Most = 32; // decisions come by time, so few are asked about at once

    readonly ConcurrentDictionary<string, Task<PastRevision?>> _found = new(StringComparer.Ordinal);
    Registry? _inForce;

    /// <summary>The revision that a server of this store activated last; null where there is none.</summary>
    public string? InForce { get; private set; }

    /// <summary>Whether what would come of a decision under that revision can be said: its text compiles.</summary>
    public bool KnowsInForce => _inForce is not null;

    /// <summary>Looks which registry is in force; before anything is asked for.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (await store.FindLatestAsync(cancellationToken) is not { } latest) return;
        InForce = latest.Revision;
        _inForce = latest.Revision == draft.Revision ? draft : compile(latest.Text);
    }

    /// <summary>Null where the store has no such text, or it does not compile now.</summary>
    public ValueTask<PastRevision?> FindAsync(string revision, CancellationToken cancellationToken)
    {
        if (_found.TryGetValue(revision, out var found)) return new(found);
        if (_found.Count >= Most) _found.Clear();
        return new(_found.GetOrAdd(revision, _ => ReadAsync(revision, cancellationToken)));
    }

    async Task<PastRevision?> ReadAsync(string revision, CancellationToken cancellationToken)
    {
        if (await ThenAsync(revision, cancellationToken) is not { } then) return null;
        return new(new(then, draft), _inForce is null || _inForce == then ? null : new(then, _inForce));
    }

    async ValueTask<Registry?> ThenAsync(string revision, CancellationToken cancellationToken) =>
        revision == draft.Revision ? draft
        : revision == InForce ? _inForce
        : await store.FindAsync(revision, cancellationToken) is { } kept ? compile(kept.Text)
        : null;
}
