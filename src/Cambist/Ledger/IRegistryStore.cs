namespace Cambist;

/// <summary>The registry revisions a store has seen in force, and the hash of the bootstrap token.</summary>
public interface IRegistryStore
{
    /// <summary>Keeps the text of a revision that was activated. The same revision again moves it to the newest place.</summary>
    ValueTask SaveActivatedAsync(RegistryRevision revision, CancellationToken cancellationToken);

    /// <summary>The revision activated last, or null.</summary>
    ValueTask<RegistryRevision?> FindLatestAsync(CancellationToken cancellationToken);

    /// <summary>A revision by its id, or null.</summary>
    ValueTask<RegistryRevision?> FindAsync(string revision, CancellationToken cancellationToken);

    /// <summary>SHA-256 of the bootstrap token, or null where none was made.</summary>
    ValueTask<ReadOnlyMemory<byte>?> FindAdminTokenHashAsync(CancellationToken cancellationToken);

    /// <summary>Keeps the hash of a bootstrap token; it replaces an older one.</summary>
    ValueTask SaveAdminTokenHashAsync(ReadOnlyMemory<byte> sha256, CancellationToken cancellationToken);
}

/// <summary>The text of one registry revision.</summary>
/// <param name="Revision">Its id: the first 16 hex digits of SHA-256 over the text.</param>
/// <param name="Text">The document as it was read.</param>
/// <param name="ActivatedAt">Milliseconds since 1970.</param>
public sealed record RegistryRevision(string Revision, string Text, long ActivatedAt)
{
    /// <summary>The longest life of a token issued under it, in milliseconds: goes in, for <see cref="RecordedLives"/>, and is not read back.</summary>
    public long LongestLife { get; init; }
}
