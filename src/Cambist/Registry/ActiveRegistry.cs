namespace Cambist;

/// <summary>The registry in force. Swapped whole; a request reads it once and keeps what it got.</summary>
public sealed class ActiveRegistry
{
    volatile Registry _current;

    internal ActiveRegistry(Registry registry) => _current = registry;

    /// <summary>The one in force now.</summary>
    public Registry Current => _current;

    /// <summary>Puts another revision in force, for requests that begin from now on.</summary>
    internal void Activate(Registry registry) => _current = registry;
}
