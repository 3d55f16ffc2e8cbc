using System.Net;

namespace Cambist.AspNetCore;

/// <summary>
/// The client that fetches issuers' documents: no redirects, no cookies, no proxy, 2 seconds to connect. Size and whole time
/// are bounded where it is used.
/// </summary>
sealed class IssuerHttp : IDisposable
{
    public HttpMessageInvoker Invoker { get; } = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectCallback = AddressPolicy.ConnectAsync,
        ConnectTimeout = TimeSpan.FromSeconds(2),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseHeadersLength = 32,
        MaxResponseDrainSize = 0, // what is left of an answer that is too long is not read: its connection is cut
    });

    public void Dispose() => Invoker.Dispose();
}
