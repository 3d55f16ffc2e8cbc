using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Cambist.Testing;

/// <summary>
/// <c>cambist serve</c> as a process of its own, in a temporary folder of its own, on SQLite: what can be killed and
/// started again on the same data. The folder goes when it is disposed.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    readonly StringBuilder _output = new();
    readonly Dictionary<string, string> _environment;
    readonly string[] _under;
    readonly IPAddress? _alsoOn;
    readonly string _alsoScheme;
    Process? _process;
    bool _isReady;

    ServerProcess(string folder, IReadOnlyDictionary<string, string>? environment, string[]? under, IPAddress? alsoOn, string alsoScheme)
    {
        Folder = folder;
        _environment = new(environment ?? new Dictionary<string, string>());
        (_under, _alsoOn, _alsoScheme) = (under ?? [], alsoOn, alsoScheme);
        Http = new(Wire.Listen(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }), disposeHandler: true);
        TakePorts();
    }

    /// <summary>Its folder: <c>cambist.yaml</c>, the files named in it, and <c>cambist.db</c>.</summary>
    public string Folder { get; }

    /// <summary>The registry file, which a test may rewrite.</summary>
    public string RegistryFile => Path.Combine(Folder, "cambist.yaml");

    /// <summary>Its issuer identifier and the address of its protocol endpoints, without a trailing slash.</summary>
    public string Issuer { get; private set; } = "";

    /// <summary>The second address of its protocol endpoints, where one was asked for: the port of <see cref="Issuer"/> on another address.</summary>
    public string? AlsoOn => _alsoOn is null ? null : $"{_alsoScheme}://{_alsoOn}:{new Uri(Issuer).Port}";

    /// <summary>The address of its management endpoints, without a trailing slash.</summary>
    public string Management { get; private set; } = "";

    /// <summary>What went over the wire that nobody else may read.</summary>
    public WireSecrets Wire { get; } = new();

    /// <summary>A client whose base address is <see cref="Issuer"/>; it follows no redirects.</summary>
    public HttpClient Http { get; }

    /// <summary>The process id.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("It has not been started.");

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What it has written to standard output and standard error so far, over all its starts.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>
    /// Starts it and waits until it is ready. <paramref name="registry"/> gets the issuer identifier and gives the text;
    /// <paramref name="files"/> are written beside it (secrets, key sets), name to content. With <paramref name="under"/> another
    /// command starts it; with <paramref name="alsoOn"/> the protocol endpoints listen on that address, too.
    /// </summary>
    public static async Task<ServerProcess> StartAsync(
        Func<string, string> registry,
        IReadOnlyDictionary<string, string>? files = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string[]? under = null,
        IPAddress? alsoOn = null,
        string alsoScheme = "http",
        CancellationToken cancellation = default)
    {
        var server = new ServerProcess(Directory.CreateTempSubdirectory("cambist-server-").FullName, environment, under, alsoOn, alsoScheme);
        try
        {
            foreach (var (name, content) in files ?? new Dictionary<string, string>())
                await File.WriteAllTextAsync(Path.Combine(server.Folder, name), content, cancellation);
            // Somebody else may take a free port between our look and the server's bind.
            for (var tries = 1; ; tries++)
            {
                await File.WriteAllTextAsync(server.RegistryFile, registry(server.Issuer), cancellation);
                if (await server.TryStartAsync(cancellation))
                    return server;
                if (tries == 3 || !server.Output.Contains("address already in use", StringComparison.OrdinalIgnoreCase))
                    throw new InvalidOperationException($"The server did not get ready.\n{server.Output}");
                server.TakePorts();
            }
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as a power cut would: SIGKILL, to it and nobody else. Returns when it is gone.</summary>
    public async Task KillAsync()
    {
        if (_process is null)
            return;
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end (SIGTERM), waits for it and returns its exit code.</summary>
    public async Task<int> StopAsync(CancellationToken cancellation = default)
    {
        var process = _process ?? throw new InvalidOperationException("It has not been started.");
        return await BuiltServer.TerminateAsync(process, cancellation);
    }

    /// <summary>Starts it again, after a kill or a stop, on the same folder and addresses, and waits until it is ready.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        if (IsRunning)
            throw new InvalidOperationException("It still runs.");
        if (!await TryStartAsync(cancellation))
            throw new InvalidOperationException($"The server did not get ready again.\n{Output}");
    }

    /// <summary>Posts a form to the token endpoint as a client with a secret.</summary>
    public async Task<Answer> PostTokenAsync(
        string clientId, string secret, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Issuer}/token") { Content = new FormUrlEncodedContent(form) };
        var pair = $"{Uri.EscapeDataString(clientId)}:{Uri.EscapeDataString(secret)}";
        request.Headers.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        using var response = await Http.SendAsync(request, cancellation);
        var body = await response.Content.ReadAsStringAsync(cancellation);
        return new(response.StatusCode, response.Headers, response.Content.Headers, JsonNode.Parse(body)!.AsObject(), body);
    }

    /// <summary>Looks through its output and its files for anything that it was told in confidence.</summary>
    /// <exception cref="SecretFoundException">There it is.</exception>
    public void Hunt() => SecretHunt.Through(Wire, Output.Split('\n'), Folder);

    /// <summary>Kills it, if it still runs, and looks through all that it leaves behind; see <see cref="Hunt"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
            await KillAsync();
        _process?.Dispose();
        Http.Dispose();
        try
        {
            if (_isReady) Hunt();
        }
        finally
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    void TakePorts()
        => (Issuer, Management) = ($"http://127.0.0.1:{BuiltServer.FreePort()}", $"http://127.0.0.1:{BuiltServer.FreePort()}");

    async Task<bool> TryStartAsync(CancellationToken cancellation)
    {
        _process?.Dispose();
        _process = BuiltServer.Start(Folder, [
            "serve", "--registry", RegistryFile, "--storage", $"sqlite:{Path.Combine(Folder, "cambist.db")}",
            "--urls", AlsoOn is null ? Issuer : $"{Issuer};{AlsoOn}", "--management-urls", Management], environment: _environment, under: _under);
        _process.OutputDataReceived += (_, line) => Collect(line.Data);
        _process.ErrorDataReceived += (_, line) => Collect(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReadyWithin);
        while (!_process.HasExited)
        {
            if (await IsReadyAsync(patience.Token))
                return _isReady = true;
            await Task.Delay(20, patience.Token);
        }
        await _process.WaitForExitAsync(cancellation); // its last words, too
        return false;
    }

    async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            using var response = await Http.GetAsync(new Uri($"{Issuer}/health/ready"), cancellation);
            if (!response.IsSuccessStatusCode)
                return false;
            // One listener answers before the next one is there.
            foreach (var address in (string?[])[Management, AlsoOn])
            {
                if (address is null)
                    continue;
                using var probe = new TcpClient();
                await probe.ConnectAsync(new Uri(address).Host, new Uri(address).Port, cancellation);
            }
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            return false; // nobody listens yet
        }
    }

    void Collect(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
    }
}
