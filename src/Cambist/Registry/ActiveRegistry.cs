using System.Collections.Immutable;

namespace Cambist;

/// <summary>The registry in force. Swapped whole; a request reads it once and keeps what it got.</summary>
public sealed class ActiveRegistry
{
    volatile InForce _inForce;
    volatile RegistryRefusal? _refused;
    volatile RegistryRefusal? _unread;

    internal ActiveRegistry(Registry registry, DateTimeOffset since = default) => _inForce = new(registry, since);

    sealed record InForce(Registry Registry, DateTimeOffset Since);

    /// <summary>The one in force now.</summary>
    public Registry Current => _inForce.Registry;

    /// <summary>Since when this node has had it in force: its start, or the last time that the document or a file it names changed.</summary>
    internal DateTimeOffset Since => _inForce.Since;

    /// <summary>The document that should be in force and cannot be; null while the one in force is the one on disk.</summary>
    public RegistryRefusal? Refused
    {
        get => _unread ?? _refused;
        internal set => _refused = value;
    }

    /// <summary>Shown in place of what is refused while nobody knows what is on disk, because reading it breaks; null while it is read.</summary>
    internal RegistryRefusal? Unread
    {
        get => _unread;
        set => _unread = value;
    }

    /// <summary>Puts another revision in force, for requests that begin from now on.</summary>
    internal void Activate(Registry registry, DateTimeOffset now) => _inForce = new(registry, now);
}

/// <summary>A document that was refused while the last good registry stays in force.</summary>
/// <param name="FileName">Its name, without folders.</param>
/// <param name="Revision">Its revision, as that of a <see cref="Registry"/>; null where there is no text.</param>
/// <param name="Errors">How many errors it has; the log holds them.</param>
/// <param name="Since">When it was refused.</param>
public sealed record RegistryRefusal(string FileName, string? Revision, int Errors, DateTimeOffset Since)
{
    /// <summary>The errors as the log has them, a line each; for administrators.</summary>
    internal ImmutableArray<string> Messages { get; init; } = [];
}
