using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Cambist.Server;

/// <summary>
/// On a single processor a request is served by the thread that finds its bytes on the socket, until it waits for its commit: no turn of the
/// thread pool comes between. Measured over whole exchanges on one core: 8 % less processor time, 1.0 changes of thread an exchange
/// instead of 2.3, and batches of 30 instead of 21. Where there are several processors other threads are free, and nothing is gained.
/// The price is that nothing may keep such a thread for long: <see cref="LeaveAsync"/>.
/// </summary>
static class SocketThreads
{
    /// <summary>The runtime's own switch, which it reads when the first socket is made; there is no other way to say it.</summary>
    const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";

    static readonly bool ServeRequests = Environment.ProcessorCount == 1;

    /// <summary>To be called before there is any socket. Who runs the server can say otherwise in the environment.</summary>
    public static void Choose()
    {
        if (ServeRequests && Environment.GetEnvironmentVariable(InlineCompletions) is null) Environment.SetEnvironmentVariable(InlineCompletions, "1");
    }

    /// <summary>The same for what the web server does with the bytes.</summary>
    public static void Choose(SocketTransportOptions sockets) => sockets.UnsafePreferInlineScheduling = ServeRequests;

    /// <summary>Goes on in the thread pool: before work that takes milliseconds, since other requests wait for the thread of the socket.</summary>
    public static ConfiguredTaskAwaitable LeaveAsync() => Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
}
