using System.CommandLine;

namespace Cambist.Server;

/// <summary><c>cambist demo</c>: the main job, live, with nothing to configure.</summary>
static class DemoCommand
{
    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "Exits after the exchanges: 0 if every one ended as it should." };
        var data = new Option<string?>("--data") { Description = "Keeps registry and store in this folder.", HelpName = "DIR" };
        var urls = new Option<string?>("--urls") { Description = "Where the server listens; a free port by default.", HelpName = "URL" };
        var command = new Command("demo", "Runs a server and an identity provider, and performs real exchanges between them.") { once, data, urls };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(once), parsed.GetValue(data), parsed.GetValue(urls), cancellationToken));
        return command;
    }

    static string Made(string folder)
    {
        try
        {
            return Directory.CreateDirectory(folder).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FailedException($"the folder {folder} cannot be made ({e.Message.TrimEnd('.')}); choose another with --data");
        }
    }

    static async Task<int> RunAsync(bool once, string? data, string? urls, CancellationToken cancellationToken)
    {
        var folder = data is null ? Directory.CreateTempSubdirectory("cambist-demo-").FullName : Made(data);
        try
        {
            await using var provider = await DemoProvider.StartAsync(TimeProvider.System, cancellationToken);
            var registry = Path.Combine(folder, "cambist.yaml");
            await File.WriteAllTextAsync(registry, DemoRegistry.Text(provider.Issuer), cancellationToken);

            var management = $"http://127.0.0.1:{ServerHost.FreePort()}";
            await using var app = ServerHost.Build(
                new Dictionary<string, string?>
                {
                    ["Cambist:Registry"] = registry,
                    ["Cambist:Storage"] = "sqlite:" + Path.Combine(folder, "cambist.db"),
                    ["Cambist:Urls"] = urls ?? $"http://127.0.0.1:{ServerHost.FreePort()}",
                    ["Cambist:ManagementUrls"] = management,
                    ["Cambist:AdminToken"] = null, // the demo's own, whatever the machine's settings say
                },
                builder => builder.Logging.SetMinimumLevel(LogLevel.Error));
            await ServerHost.StartAsync(app, cancellationToken);

            if (!File.Exists(Path.Combine(folder, BootstrapToken.FileName)))
                throw new FailedException($"{folder} holds the store of an earlier demo without its {BootstrapToken.FileName}; choose another folder with --data");
            using var http = new HttpMessageInvoker(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
            var story = new DemoStory(app.Services.GetRequiredService<CambistEngine>(), http, provider.Issuer, management, folder);
            var isAsExpected = await story.TellAsync(cancellationToken);
            if (once) return isAsExpected ? 0 : 1;

            await story.InviteAsync(cancellationToken);
            await app.WaitForShutdownAsync(cancellationToken);
            return isAsExpected ? 0 : 1;
        }
        finally
        {
            if (data is null) Directory.Delete(folder, recursive: true);
        }
    }
}
