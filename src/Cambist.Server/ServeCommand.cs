using System.CommandLine;

namespace Cambist.Server;

/// <summary><c>cambist serve</c>.</summary>
static class ServeCommand
{
    public static Command Create()
    {
        var registry = new Option<string?>("--registry") { Description = "The registry file; cambist.yaml by default. cambist new registry writes one to start from.", HelpName = "FILE" };
        var storage = new Option<string?>("--storage") { Description = "The store: sqlite:PATH, Host=…;… or postgres://…; sqlite:data/cambist.db by default.", HelpName = "CONN" };
        var urls = new Option<string?>("--urls") { Description = "Where the protocol endpoints listen; several are separated by semicolons. http://127.0.0.1:8080 by default.", HelpName = "URL" };
        var managementUrls = new Option<string?>("--management-urls") { Description = "Where the management endpoints listen; http://127.0.0.1:8081 by default.", HelpName = "URL" };
        var command = new Command("serve", """
            Runs the server. Settings come from appsettings.json, a folder of files (CAMBIST__SETTINGSFOLDER), the environment
            (CAMBIST__STORAGE, …) and these options, later ones winning.
            For example: cambist serve --registry cambist.yaml --storage sqlite:data/cambist.db
            """) { registry, storage, urls, managementUrls };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var overrides = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            void Override(string key, Option<string?> option)
            {
                if (parsed.GetValue(option) is { } value) overrides[$"Cambist:{key}"] = value;
            }

            Override(nameof(ServerSettings.Registry), registry);
            Override(nameof(ServerSettings.Storage), storage);
            Override(nameof(ServerSettings.Urls), urls);
            Override(nameof(ServerSettings.ManagementUrls), managementUrls);

            await using var app = ServerHost.Build(overrides);
            if (await ServerHost.StartAsync(app, cancellationToken) is { } bootstrapToken && !Console.IsOutputRedirected)
                Console.WriteLine($"The bootstrap token of the admin API, shown this once: {bootstrapToken}");
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return command;
    }
}
