namespace Cambist;

sealed class MemoryRegistries(MemoryLives lives) : IRegistryStore
{
    readonly Lock _gate = new();
    readonly List<RegistryRevision> _revisions = []; // the one activated last stands last
    byte[]? _adminTokenHash;

    public ValueTask SaveActivatedAsync(RegistryRevision revision, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _revisions.RemoveAll(r => r.Revision == revision.Revision);
            _revisions.Add(revision with { LongestLife = 0 });
        }

        lives.Note(life: revision.LongestLife);

        return default;
    }

    public ValueTask<RegistryRevision?> FindLatestAsync(CancellationToken cancellationToken)
    {
        lock (_gate) return new(_revisions.LastOrDefault());
    }

    public ValueTask<RegistryRevision?> FindAsync(string revision, CancellationToken cancellationToken)
    {
        lock (_gate) return new(_revisions.Find(r => r.Revision == revision));
    }

    public ValueTask<ReadOnlyMemory<byte>?> FindAdminTokenHashAsync(CancellationToken cancellationToken) =>
        new(_adminTokenHash is { } hash ? (ReadOnlyMemory<byte>?)hash : null);

    public ValueTask SaveAdminTokenHashAsync(ReadOnlyMemory<byte> sha256, CancellationToken cancellationToken)
    {
        _adminTokenHash = sha256.ToArray();
        return default;
    }
}
