using System.Net;
using System.Net.Sockets;

namespace Cambist.Server;

/// <summary>Builds the server: settings, listeners, Cambist, endpoints.</summary>
static class ServerHost
{
    public static WebApplication Build(IDictionary<string, string?> overrides, Action<WebApplicationBuilder>? configure = null, Action<CambistBuilder>? extend = null)
    {
        var builder = SettingsSources.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(overrides);
        builder.Logging
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None) // makes an activity and a scope for every request, for lines that are off
            .AddFilter("Microsoft.Hosting", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical); // what keeps it from starting is said on stderr
        configure?.Invoke(builder);

        var settings = ServerSettings.Read(builder.Configuration);
        builder.Services.AddSingleton(settings);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 256 * 1024;
            Listeners.Listen(kestrel, settings.Urls, isManagement: false, nameof(settings.Urls));
            Listeners.Listen(kestrel, settings.ManagementUrls, isManagement: true, nameof(settings.ManagementUrls));
        });
        builder.Services.AddCambist(
            cambist =>
            {
                cambist.UseRegistryFile(settings.Registry, settings.RegistryOptions());
                if (settings.SqlitePath is { } path) cambist.UseSqlite(path, new() { AuditRetention = settings.AuditRetention });
                else StoreBeside.Understood(() => cambist.UsePostgres(settings.Storage, new() { AuditRetention = settings.AuditRetention })).UseKeyFile(settings.KeyFilePath);
                if (settings.KeyFile is { } keyFile) cambist.UseKeyFile(keyFile);
                extend?.Invoke(cambist);
            },
            http =>
            {
                http.AllowHttp = settings.AllowHttp;
                foreach (var network in settings.ParseTrustedProxies()) http.TrustedProxies.Add(network);
            });

        var app = builder.Build();
        try
        {
            Listeners.Separate(app);
            app.MapCambist().Add(Listeners.ServeHealthOnBoth);
            AdminApi.Map(app);
            return app;
        }
        catch (Exception e) when (e is RegistryException or StoreUnavailableException or KeySealException)
        {
            throw new FailedException(e.Message);
        }
    }

    /// <summary>Starts it. Gives the bootstrap token where it was made now, to be shown on a terminal and nowhere else.</summary>
    public static async Task<string?> StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var settings = app.Services.GetRequiredService<ServerSettings>();
        var engine = app.Services.GetRequiredService<CambistEngine>();
        var bootstrapToken = await BootstrapToken.EnsureAsync(engine, settings, app.Logger, cancellationToken);
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            throw new FailedException($"cannot listen on {settings.Urls} and {settings.ManagementUrls}: {e.Message.TrimEnd('.')}. Choose other addresses with --urls and --management-urls.");
        }

        foreach (var warning in SettingsWarnings.Of(app.Configuration)) app.Logger.LogWarning("{Warning}", warning);
        if (settings.AllowHttp) app.Logger.LogWarning("Cambist:AllowHttp is on: tokens and credentials are taken over plain http from any peer");
        app.Logger.LogInformation("cambist serves {Issuer} on {Urls}, management on {ManagementUrls}, store {Store}, registry revision {Revision}",
            engine.Registry.Current.Issuer, settings.Urls, settings.ManagementUrls, settings.StoreName, engine.Registry.Current.Revision);
        return bootstrapToken;
    }

    /// <summary>A loopback port that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
