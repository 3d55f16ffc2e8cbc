using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Cambist.LoadBench;

/// <summary>How a server is started.</summary>
/// <param name="Name">For messages, and for its log in the work folder.</param>
/// <param name="Command">The program and its arguments.</param>
/// <param name="Port">Where it listens, on 127.0.0.1.</param>
sealed record Launch(string Name, IReadOnlyList<string> Command, int Port)
{
    /// <summary>What is set in its environment beside what is there.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>A port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <summary>A server process on the servers' core. It is killed when it is disposed, and when this program ends.</summary>
sealed class Server : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    static readonly HttpMessageInvoker Http = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero });

    readonly Launch _launch;
    readonly Process _process;

    Server(Launch launch)
    {
        _launch = launch;
        var command = Core.Pin(Core.OfServers, Folders.Log(launch.Name), launch.Command);
        foreach (var (name, value) in launch.Environment) command.Environment[name] = value;
        _process = Process.Start(command)!;
        AppDomain.CurrentDomain.ProcessExit += Kill;
    }

    public string Name => _launch.Name;
    public int ProcessId => _process.Id;
    public Uri Address => new($"http://127.0.0.1:{_launch.Port}/");

    /// <summary>From its start to its first answer that was a success.</summary>
    public TimeSpan StartTime { get; private set; }

    /// <summary>Starts one, and waits until it answers a request with success.</summary>
    public static async Task<Server> StartAsync(Launch launch, Request first, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        var server = new Server(launch);
        try
        {
            var body = first.Sample;
            for (var last = "no answer"; ;)
            {
                (var isSuccess, last) = await server.PostAsync(first.Path, body, last, cancellationToken);
                server.StartTime = Stopwatch.GetElapsedTime(begin);
                if (isSuccess) return server;
                if (server._process.HasExited || server.StartTime > Patience) throw new BenchException($"{launch.Name} does not answer with success ({last}): {await File.ReadAllTextAsync(Folders.Log(launch.Name), cancellationToken)}");
                await Task.Delay(1, cancellationToken);
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is at a path of it.</summary>
    public async Task<string> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Address, path));
        using var response = await Http.SendAsync(request, cancellationToken);
        return await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken);
    }

    async Task<(bool IsSuccess, string Answer)> PostAsync(string path, string form, string otherwise, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Basic", Request.Basic) },
            Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        try
        {
            using var response = await Http.SendAsync(request, cancellationToken);
            var answer = await response.Content.ReadAsStringAsync(cancellationToken);
            // An inactive token is no success, whatever the status says (RFC 7662 §2.2).
            return (response.IsSuccessStatusCode && !answer.Contains("\"active\":false", StringComparison.Ordinal), $"{(int)response.StatusCode} {answer}");
        }
        catch (HttpRequestException)
        {
            return (false, otherwise);
        }
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        Kill(this, EventArgs.Empty);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    void Kill(object? sender, EventArgs e)
    {
        if (!_process.HasExited) _process.Kill();
    }
}
