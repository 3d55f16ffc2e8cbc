namespace Cambist;

/// <summary>Something that happened beside the requests: a fetch that failed, a key that was made, a registry that was refused.</summary>
/// <param name="Severity">How much it matters to the operator.</param>
/// <param name="Name">A stable snake_case name, such as <c>issuer_keys_fetch_failed</c>.</param>
/// <param name="Message">One line that says what to do; of a refused registry, a further line an error. Never holds a token or a secret.</param>
public sealed record EngineEvent(EngineEventSeverity Severity, string Name, string Message);

/// <summary>How much an <see cref="EngineEvent"/> matters.</summary>
public enum EngineEventSeverity
{
    /// <summary>Good to know.</summary>
    Information,

    /// <summary>Wants a look.</summary>
    Warning,

    /// <summary>Wants an action.</summary>
    Error,
}

/// <summary>Hears the engine's background facts; the engine itself does not log.</summary>
public interface IEngineListener
{
    /// <summary>Called on whatever thread noticed; must not block and must not throw.</summary>
    void On(EngineEvent engineEvent);
}
