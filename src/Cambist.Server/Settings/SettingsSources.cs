using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;

namespace Cambist.Server;

/// <summary>
/// Where settings come from, later ones win: <c>appsettings.json</c>, a folder with one file a setting
/// (<c>CAMBIST__SETTINGSFOLDER</c>; a mounted secret of Kubernetes or Docker), environment, command line.
/// </summary>
static class SettingsSources
{
    public const string FolderName = "SettingsFolder";
    const string FolderSetting = $"Cambist:{FolderName}";

    /// <summary>
    /// Settings are read once. Looking out for changes would watch the working folder with all that is in it, where the store often is, and
    /// each write to the store would wake the watcher (measured: 2.4 % of the time under load).
    /// </summary>
    static readonly string[] NoReload = ["--hostBuilder:reloadConfigOnChange=false"];

    /// <summary>The builder of the server, with all sources but the command line.</summary>
    public static WebApplicationBuilder CreateBuilder() => Reading(static () =>
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = NoReload });
        AddFolder(builder.Configuration);
        return builder;
    });

    /// <summary>The same sources, for commands that serve nothing.</summary>
    public static IConfiguration OfCommands() => Reading(static () =>
    {
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? "Production";
        var configuration = new ConfigurationManager();
        configuration
            .SetBasePath(Environment.CurrentDirectory)
            .AddJsonFile("appsettings.json", optional: true, reloadOnChange: false)
            .AddJsonFile($"appsettings.{environment}.json", optional: true, reloadOnChange: false)
            .AddEnvironmentVariables();
        AddFolder(configuration);
        return configuration;
    });

    /// <summary>The folder of settings; null where there is none.</summary>
    public static string? Folder(IConfiguration configuration) => configuration[FolderSetting] is { Length: > 0 } folder ? Path.GetFullPath(folder) : null;

    static void AddFolder(ConfigurationManager configuration)
    {
        if (Folder(configuration) is not { } folder) return;
        if (!Directory.Exists(folder)) throw new FailedException($"{FolderSetting} is {folder}, and there is no such folder; make it, or leave the setting out");

        IList<IConfigurationSource> sources = configuration.Sources;
        var afterFiles = 0;
        for (var i = 0; i < sources.Count; i++)
            if (sources[i] is JsonConfigurationSource) afterFiles = i + 1;
        try
        {
            sources.Insert(afterFiles, new KeyPerFileConfigurationSource { FileProvider = new PhysicalFileProvider(folder), Optional = false });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"{FolderSetting} is {folder}, and a file in it cannot be read ({e.Message.TrimEnd('.')}); see its permissions");
        }
    }

    static T Reading<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new FailedException($"{e.Message.TrimEnd('.')}: {e.GetBaseException().Message.TrimEnd('.').ReplaceLineEndings(" ")}. Mend the file, or take it out of the working folder");
        }
    }
}
