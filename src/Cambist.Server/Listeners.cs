using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Cambist.Server;

/// <summary>
/// The two listeners. Which one a connection came in by is marked on the connection itself: ports and <c>Host</c> say nothing
/// that a proxy or a client could not forge.
/// </summary>
static class Listeners
{
    /// <summary>Set on connections of the management listener.</summary>
    sealed class ManagementConnection
    {
        public static readonly ManagementConnection Instance = new();
    }

    /// <summary>Which listeners an endpoint is served on; the protocol listener alone where it says nothing.</summary>
    public sealed record ServedOn(bool Protocol, bool Management);

    public static void Listen(KestrelServerOptions kestrel, string urls, bool isManagement, string setting)
    {
        var all = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (all.Length == 0) throw new FailedException($"Cambist:{setting} is empty; write a URL such as http://127.0.0.1:8080");
        foreach (var url in all)
        {
            if (!Uri.TryCreate(url.Replace("://*", "://0.0.0.0", StringComparison.Ordinal).Replace("://+", "://0.0.0.0", StringComparison.Ordinal), UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https") || uri.AbsolutePath != "/")
                throw new FailedException($"Cambist:{setting} holds \"{url}\"; write a URL such as http://127.0.0.1:8080");

            void Configure(ListenOptions options)
            {
                if (uri.Scheme == "https") UseCertificate(options, $"Cambist:{setting} holds \"{url}\"");
                if (isManagement) options.Use(next => connection => Mark(next, connection));
            }

            if (uri.Host == "localhost" && uri.Port != 0) kestrel.ListenLocalhost(uri.Port, Configure);
            else if (uri.Host == "localhost") kestrel.Listen(IPAddress.Loopback, 0, Configure);
            else if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)) kestrel.Listen(address, uri.Port, Configure);
            else throw new FailedException($"Cambist:{setting} holds \"{url}\"; its host must be an address, localhost or *");
        }
    }

    static void UseCertificate(ListenOptions options, string holds)
    {
        try
        {
            options.UseHttps();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new FailedException($"{holds}, and its certificate cannot be read ({e.Message.TrimEnd('.')}); see Kestrel:Certificates:Default:Path and KeyPath");
        }
        catch (InvalidOperationException)
        {
            throw new FailedException($"{holds}, and there is no certificate; set Kestrel:Certificates:Default:Path and KeyPath to PEM files, or let a proxy speak https and name it in Cambist:TrustedProxies");
        }
    }

    static Task Mark(ConnectionDelegate next, ConnectionContext connection)
    {
        connection.Features.Set(ManagementConnection.Instance);
        return next(connection);
    }

    /// <summary>For the endpoints of Cambist: the health probes are on both listeners.</summary>
    public static void ServeHealthOnBoth(EndpointBuilder endpoint)
    {
        if (endpoint is RouteEndpointBuilder { RoutePattern.RawText: { } path } && path.StartsWith("/health/", StringComparison.Ordinal))
            endpoint.Metadata.Add(new ServedOn(Protocol: true, Management: true));
    }

    /// <summary>Answers 404 where an endpoint is not served on the listener that the request came in by.</summary>
    public static void Separate(WebApplication app) => app.Use(static (http, next) =>
    {
        var served = http.GetEndpoint()?.Metadata.GetMetadata<ServedOn>();
        var isServed = http.Features.Get<ManagementConnection>() is null ? served?.Protocol ?? true : served?.Management ?? false;
        if (isServed) return next(http);
        http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });
}
