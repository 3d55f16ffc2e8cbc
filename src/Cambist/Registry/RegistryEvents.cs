namespace Cambist;

/// <summary>What is told of the registry's life, and how it is kept.</summary>
static class RegistryEvents
{
    /// <summary>A document that cannot be used, with every error.</summary>
    /// <param name="refused">The document.</param>
    /// <param name="instead">What is in force instead.</param>
    public static EngineEvent Refused(LoadedRegistry refused, string instead)
    {
        var errors = refused.Errors;
        return new(EngineEventSeverity.Error, "registry_refused", string.Join(Environment.NewLine,
            errors.Prepend($"{refused.FileName} is refused {Why(refused)}; {instead}. Mend it; it is read again by itself.")));
    }

    /// <summary>A document that can be used again and says what is in force already.</summary>
    public static EngineEvent Mended(LoadedRegistry mended) =>
        new(EngineEventSeverity.Information, "registry_mended", $"{mended.FileName} is the registry in force again, revision {mended.Compilation.Registry!.Revision}.");

    /// <summary>A store of another issuer: somebody's mistake, or a change that nobody makes twice.</summary>
    public static EngineEvent OtherIssuer(string before, string now) => new(EngineEventSeverity.Warning, "issuer_changed",
        $"This node is {now}, and the registry that was last in force on its store says issuer {before}: nodes of one store that differ refuse each other's tokens. Let all of them have one issuer, or a store each.");

    /// <summary>A swap.</summary>
    public static EngineEvent Activated(Registry before, Registry now) => new(EngineEventSeverity.Information, "registry_activated", before.Revision == now.Revision
        ? $"Registry revision {now.Revision} is in force with what the files it names hold now."
        : $"Registry revision {now.Revision} is in force; before it, {before.Revision} was.");

    /// <summary>What somebody should look at in a document, less what was said of the one before it.</summary>
    public static IEnumerable<EngineEvent> Warnings(LoadedRegistry registry, LoadedRegistry? before = null) =>
        registry.Warnings.Except(before?.Warnings ?? []).Select(warning => new EngineEvent(EngineEventSeverity.Warning, "registry_warning", warning));

    /// <summary>How the store keeps it.</summary>
    public static RegistryRevision AsActivated(this LoadedRegistry registry, TimeProvider clock) =>
        new(registry.Compilation.Registry!.Revision, registry.Text, clock.GetUtcNow().ToUnixTimeMilliseconds())
        {
            LongestLife = (long)registry.Compilation.Registry!.LongestLife.TotalMilliseconds,
        };

    /// <summary>How readiness shows it.</summary>
    public static RegistryRefusal AsRefused(this LoadedRegistry registry, TimeProvider clock) => new(
        Path.GetFileName(registry.FileName), registry.Text.Length == 0 ? null : Registry.RevisionOf(registry.Text), registry.Errors.Length, clock.GetUtcNow())
    {
        Messages = registry.Errors,
    };

    /// <summary>How readiness shows a document that nothing is known of, because reading it broke.</summary>
    public static RegistryRefusal Unread(string fileName, Exception why, TimeProvider clock) => new(Path.GetFileName(fileName), null, 1, clock.GetUtcNow())
    {
        Messages = [$"{fileName}: reading it, a file it names or a policy test of it broke, and is tried again each second: {why.GetType().Name}; the log has upkeep_failed"],
    };

    static string Why(LoadedRegistry refused)
    {
        if (refused.PolicyTests is { Failed: > 0, Unread: 0 } tests)
            return $"because {tests.Failed} of {tests.Tests} policy tests {(tests.Failed == 1 ? "fails" : "fail")}";
        return $"for {(refused.Errors.Length == 1 ? "one error" : $"{refused.Errors.Length} errors")}";
    }
}
