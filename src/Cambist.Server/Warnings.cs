namespace Cambist.Server;

/// <summary>What the engine notices while a command uses it: a key file that others may read, an issuer that cannot be asked.</summary>
sealed class Warnings(Terminal terminal) : IEngineListener
{
    public void On(EngineEvent engineEvent)
    {
        if (engineEvent.Severity != EngineEventSeverity.Information) terminal.Error.WriteLine(PrintableText.Of(engineEvent.Message));
    }
}
