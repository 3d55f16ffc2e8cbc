namespace Cambist.Server;

/// <summary>Settings that nobody reads: a misspelt one leaves its default in force, and somebody should know.</summary>
static class SettingsWarnings
{
    public static IEnumerable<string> Of(IConfiguration configuration)
    {
        foreach (var setting in configuration.GetSection("Cambist").GetChildren())
        {
            if (!IsKnown(setting.Key))
                yield return $"Cambist:{setting.Key} is no setting, so nothing reads it; {Suggestion(setting.Key)}";
        }

        if (SettingsSources.Folder(configuration) is not { } folder || !Directory.Exists(folder)) yield break;
        foreach (var file in Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Where(IsKnown).Order(StringComparer.Ordinal))
            yield return $"{Path.Combine(folder, file)} is read by nobody; the file of Cambist:{file} is named Cambist__{file}";
    }

    static bool IsKnown(string name) => ServerSettings.Names.Contains(name, StringComparer.OrdinalIgnoreCase);

    // environment variables come in capitals
    static string Suggestion(string written) =>
        Spelling.Nearest(written.ToLowerInvariant(), ServerSettings.Names.Select(name => name.ToLowerInvariant())) is { } nearest
            ? $"did you mean Cambist:{ServerSettings.Names.First(name => name.Equals(nearest, StringComparison.OrdinalIgnoreCase))}?"
            : $"known: {string.Join(", ", ServerSettings.Names)}";
}
