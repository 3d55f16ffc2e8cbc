using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Cambist.Testing;

/// <summary>The real application on Kestrel in this process, on SQLite in a temporary folder (or on PostgreSQL, see <see cref="TestDatabase"/>), with a clock that a test may hold.</summary>
public sealed class TestServer : IAsyncDisposable
{
    readonly DirectoryInfo _folder;
    readonly IReadOnlyDictionary<string, string?> _settings;
    Action<CambistBuilder>? _extend;
    TestDatabase? _database;
    WebApplication _app;
    bool _isDisposed;

    TestServer(WebApplication app, DirectoryInfo folder, IReadOnlyDictionary<string, string?> settings, string issuer, string management, TimeProvider? clock, RecordedLog log)
    {
        (_app, _folder, _settings, Issuer, Management, Clock, Log) = (app, folder, settings, issuer, management, clock, log);
        Http = HttpFrom(null);
        SecretHunt.Begin();
    }

    static readonly HttpRequestOptionsKey<IPAddress> Source = new("the address that the request is sent from");
    static int _sources;
    readonly ConcurrentDictionary<IPAddress, HttpClient> _from = new();

    /// <summary>The address of its protocol endpoints.</summary>
    public string Issuer { get; }

    /// <summary>The address of its management endpoints.</summary>
    public string Management { get; }

    /// <summary>The folder of its registry, the files beside it, and its store.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Its registry file; see <see cref="RegistryEdits"/>.</summary>
    public string RegistryFile => Path.Combine(Folder, "cambist.yaml");

    string StoreFolder => _settings["Cambist:Storage"] is { } store && store.StartsWith("sqlite:", StringComparison.Ordinal) ? Path.GetDirectoryName(store["sqlite:".Length..])! : Folder;

    /// <summary>Whether its store is PostgreSQL's.</summary>
    public bool IsOnPostgres => _database is not null;

    /// <summary>The clock it was given; null for the machine's.</summary>
    public TimeProvider? Clock { get; }

    /// <summary>
    /// A client of the protocol endpoints; it follows no redirects. Each request comes from a loopback address of its own, so that
    /// failures which tests provoke are not counted together; see <see cref="From"/>.
    /// </summary>
    public HttpClient Http { get; }

    /// <summary>What went over the wire that nobody else may read.</summary>
    public WireSecrets Wire { get; } = new();

    /// <summary>Every line that was logged.</summary>
    public RecordedLog Log { get; }

    /// <summary>The engine behind the endpoints, to look at its ledger.</summary>
    public CambistEngine Engine => _app.Services.GetRequiredService<CambistEngine>();

    /// <summary>Method and path of every endpoint of the admin API, as the application serves them.</summary>
    public IReadOnlyList<(string Method, string Path)> AdminEndpoints =>
    [
        .. _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/admin/", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [], (endpoint, method) => (method, endpoint.RoutePattern.RawText!)),
    ];

    /// <summary>
    /// Starts one. <paramref name="registry"/> gets the issuer identifier and gives the text; <paramref name="files"/> are written beside it.
    /// <paramref name="isOnSqlite"/> is for what is about the files that SQLite alone has.
    /// </summary>
    public static async Task<TestServer> StartAsync(
        Func<string, string> registry,
        TimeProvider? clock = null,
        IReadOnlyDictionary<string, string>? files = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<CambistBuilder>? extend = null,
        bool isOnSqlite = false)
    {
        for (var tries = 1; ; tries++)
        {
            var folder = Directory.CreateTempSubdirectory("cambist-test-");
            try
            {
                return await StartAsync(folder, registry, clock, files, settings, extend, isOnSqlite);
            }
            catch (FailedException e) when (tries < 5 && e.Message.StartsWith("cannot listen", StringComparison.Ordinal))
            {
                // Somebody else took the free port between our look and the server's bind.
                folder.Delete(recursive: true);
            }
            catch
            {
                folder.Delete(recursive: true);
                throw;
            }
        }
    }

    static async Task<TestServer> StartAsync(
        DirectoryInfo folder, Func<string, string> registry, TimeProvider? clock, IReadOnlyDictionary<string, string>? files, IReadOnlyDictionary<string, string?>? settings, Action<CambistBuilder>? extend, bool isOnSqlite)
    {
        var issuer = $"http://127.0.0.1:{ServerHost.FreePort()}";
        var management = $"http://127.0.0.1:{ServerHost.FreePort()}";
        var registryFile = Path.Combine(folder.FullName, "cambist.yaml");
        await File.WriteAllTextAsync(registryFile, registry(issuer));
        foreach (var (name, content) in files ?? new Dictionary<string, string>()) await File.WriteAllTextAsync(Path.Combine(folder.FullName, name), content);

        var all = new Dictionary<string, string?>
        {
            ["Cambist:Registry"] = registryFile,
            ["Cambist:Storage"] = "sqlite:" + Path.Combine(folder.FullName, "cambist.db"),
            ["Cambist:Urls"] = issuer,
            ["Cambist:ManagementUrls"] = management,
        };
        var database = isOnSqlite || settings?.ContainsKey("Cambist:Storage") == true ? null : await TestDatabase.CreateAsync();
        foreach (var (key, value) in database?.SettingsIn(folder.FullName) ?? new Dictionary<string, string?>()) all[key] = value;
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>()) all[key] = value;

        var log = new RecordedLog();
        try
        {
            return new TestServer(await RunAsync(all, clock, log, extend), folder, all, issuer, management, clock, log) { _extend = extend, _database = database };
        }
        catch
        {
            if (database is not null) await database.ReturnAsync();
            throw;
        }
    }

    static async Task<WebApplication> RunAsync(IReadOnlyDictionary<string, string?> settings, TimeProvider? clock, RecordedLog log, Action<CambistBuilder>? extend)
    {
        var app = ServerHost.Build(settings.ToDictionary(), builder =>
        {
            builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace);
            if (clock is not null) builder.Services.Replace(ServiceDescriptor.Singleton(clock));
        }, extend);
        try
        {
            await ServerHost.StartAsync(app, CancellationToken.None);
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops it, lets <paramref name="meanwhile"/> happen, and starts it again on the same folder and addresses, this once with other <paramref name="settings"/>.</summary>
    /// <exception cref="FailedException">It does not start.</exception>
    public async Task RestartAsync(Action? meanwhile = null, IReadOnlyDictionary<string, string?>? settings = null)
    {
        await _app.DisposeAsync();
        meanwhile?.Invoke();
        var all = _settings.ToDictionary();
        foreach (var (key, value) in settings ?? new Dictionary<string, string?>()) all[key] = value;
        _app = await RunAsync(all, Clock, Log, _extend);
    }

    /// <summary>Posts a form to the token endpoint as a client with a secret in the <c>Authorization</c> header.</summary>
    public Task<Answer> PostAsync(string client, string secret, IEnumerable<(string Name, string Value)> form) =>
        PostAsync(form, request => request.Headers.Authorization = new("Basic", BasicCredentials(client, secret)));

    /// <summary>Posts a form to the token endpoint.</summary>
    public async Task<Answer> PostAsync(IEnumerable<(string Name, string Value)> form, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token")
        {
            Content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))),
        };
        change?.Invoke(request);
        return await SendAsync(request);
    }

    /// <summary>Sends any request to the protocol endpoints.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        var http = request.Options.TryGetValue(Source, out var source) ? _from.GetOrAdd(source, HttpFrom) : Http;
        using var response = await http.SendAsync(request);
        var body = await response.Content.ReadAsStringAsync();
        var json = response.Content.Headers.ContentType?.MediaType is { } type && type.EndsWith("json", StringComparison.Ordinal) && body.Length > 0 ? JsonNode.Parse(body)!.AsObject() : [];
        return new Answer(response.StatusCode, response.Headers, response.Content.Headers, json, body);
    }

    /// <summary>Sends a request of <see cref="SendAsync"/> from this loopback address, such as <c>127.0.7.1</c>.</summary>
    public static void From(HttpRequestMessage request, string address) => request.Options.Set(Source, IPAddress.Parse(address));

    HttpClient HttpFrom(IPAddress? source) => new(Wire.Listen(HandlerFrom(source)), disposeHandler: true) { BaseAddress = new(Issuer) };

    static SocketsHttpHandler HandlerFrom(IPAddress? source) => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = source is null ? TimeSpan.Zero : Timeout.InfiniteTimeSpan,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(source ?? NextSource(), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    /// <summary>127.1.0.1, 127.1.0.2 and on; all of 127.0.0.0/8 is this machine.</summary>
    static IPAddress NextSource()
    {
        var next = Interlocked.Increment(ref _sources) % 0xFD_00_00;
        return new([127, (byte)(1 + (next >> 16)), (byte)(next >> 8), (byte)next]);
    }

    /// <summary>The files of its store, as they are now; of a database its content in one file.</summary>
    public async Task<IReadOnlyList<string>> StoreFilesAsync()
    {
        if (_database is not null) await _database.DumpAsync(Path.Combine(Folder, "cambist.db"));
        return [.. Directory.EnumerateFiles(_folder.FullName, "cambist.db*").Where(file => !file.EndsWith("lock", StringComparison.Ordinal))];
    }

    /// <summary>Exchanges a token; further parameters follow.</summary>
    public Task<Answer> ExchangeAsync(string client, string secret, string subjectToken, string subjectTokenType, params (string Name, string Value)[] more) =>
        PostAsync(client, secret, ExchangeForm(subjectToken, subjectTokenType, more));

    /// <summary>The form of an exchange; <paramref name="subjectTokenType"/> without its <c>urn:ietf:params:oauth:token-type:</c>, or whole.</summary>
    public static IEnumerable<(string Name, string Value)> ExchangeForm(string subjectToken, string subjectTokenType, params (string Name, string Value)[] more) =>
    [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", subjectToken),
        ("subject_token_type", TokenType(subjectTokenType)),
        .. more,
    ];

    /// <summary>A token type URN by its last part; anything with a colon is taken as it is.</summary>
    public static string TokenType(string name) => name.Contains(':', StringComparison.Ordinal) ? name : "urn:ietf:params:oauth:token-type:" + name;

    /// <summary>Id and secret as RFC 6749 §2.3.1 wants them: form-encoded each, then base64.</summary>
    public static string BasicCredentials(string client, string secret) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(client)}:{WebUtility.UrlEncode(secret)}"));

    /// <summary>Looks through its log, its files and the process's metrics for anything that it was told in confidence.</summary>
    /// <exception cref="SecretFoundException">There it is.</exception>
    public async Task HuntAsync()
    {
        await StoreFilesAsync();
        SecretHunt.Through(Wire, Log.Lines, Folder, StoreFolder);
    }

    /// <summary>Stops it, and looks through all that it leaves behind; see <see cref="HuntAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        Http.Dispose();
        foreach (var http in _from.Values) http.Dispose();
        try
        {
            await HuntAsync(); // what the database holds beside itself is gone once it is closed
            await _app.DisposeAsync();
            await HuntAsync();
        }
        finally
        {
            await _app.DisposeAsync();
            if (_database is not null) await _database.ReturnAsync();
            _folder.Delete(recursive: true);
        }
    }
}

/// <summary>An answer of the protocol endpoints.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its headers.</param>
/// <param name="ContentHeaders">The headers that HttpClient counts to the content: its type, its length, <c>Allow</c>.</param>
/// <param name="Json">Its body, where it is a JSON object.</param>
/// <param name="Body">Its body as text.</param>
public sealed record Answer(HttpStatusCode Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, JsonObject Json, string Body)
{
    /// <summary><c>error</c>.</summary>
    public string? Error => (string?)Json["error"];

    /// <summary><c>reason</c>.</summary>
    public string? Reason => (string?)Json["reason"];

    /// <summary><c>decision_id</c>.</summary>
    public string? DecisionId => (string?)Json["decision_id"];

    /// <summary><c>access_token</c>.</summary>
    public string AccessToken => (string?)Json["access_token"] ?? throw new InvalidOperationException($"No token: {(int)Status} {Body}");

    /// <summary><c>refresh_token</c>.</summary>
    public string RefreshToken => (string?)Json["refresh_token"] ?? throw new InvalidOperationException($"No refresh token: {(int)Status} {Body}");

    /// <summary>The access token taken apart.</summary>
    public TestJwt Jwt => TestJwt.Parse(AccessToken);

    /// <summary>The claims of the access token.</summary>
    public JsonObject Claims => Jwt.Claims;
}
