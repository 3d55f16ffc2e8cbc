using Microsoft.Extensions.Logging;

namespace Cambist.AspNetCore;

/// <summary>Logs what happens beside the requests.</summary>
sealed class LoggingEngineListener(ILogger<CambistEngine> log) : IEngineListener
{
    public void On(EngineEvent engineEvent)
    {
        var level = engineEvent.Severity switch
        {
            EngineEventSeverity.Error => LogLevel.Error,
            EngineEventSeverity.Warning => LogLevel.Warning,
            _ => LogLevel.Information,
        };
        log.Log(level, "{Name}: {Message}", engineEvent.Name, engineEvent.Message);
    }
}
