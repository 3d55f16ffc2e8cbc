using System.Collections.Concurrent;

namespace Cambist.Server;

/// <summary>Registries that were in force, compiled from the texts that the store keeps, each beside the draft.</summary>
sealed class PastRevisions(IRegistryStore store, Registry draft, Func<string, Registry?> compile)
{
    const int Most = 32; // decisions come by time, so few are asked about at once

    readonly ConcurrentDictionary<string, Task<RegistryChange?>> _found = new(StringComparer.Ordinal);

    /// <summary>Null where the store has no such text, or it does not compile now.</summary>
    public ValueTask<RegistryChange?> FindAsync(string revision, CancellationToken cancellationToken)
    {
        if (_found.TryGetValue(revision, out var found)) return new(found);
        if (_found.Count >= Most) _found.Clear();
        return new(_found.GetOrAdd(revision, _ => ReadAsync(revision, cancellationToken)));
    }

    async Task<RegistryChange?> ReadAsync(string revision, CancellationToken cancellationToken)
    {
        if (revision == draft.Revision) return new(draft, draft);
        return await store.FindAsync(revision, cancellationToken) is { } kept && compile(kept.Text) is { } then ? new(then, draft) : null;
    }
}
