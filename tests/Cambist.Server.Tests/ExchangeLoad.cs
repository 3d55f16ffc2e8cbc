using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>Connections that exchange one ID token again and again, each waiting for its answer, until they are stopped or the server is gone.</summary>
sealed class ExchangeLoad : IAsyncDisposable
{
    readonly HttpClient _http;
    readonly Uri _address;
    readonly Func<HttpContent> _form;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentBag<string> _received = [];
    readonly ConcurrentBag<string> _refused = [];
    readonly Task[] _connections;
    volatile int _wanted = int.MaxValue;
    volatile TaskCompletionSource _enough = new();

    ExchangeLoad(Deployment deployment, int connections)
    {
        _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = connections }, disposeHandler: true);
        _http.DefaultRequestHeaders.Authorization = new("Basic", TestServer.BasicCredentials("web", Deployment.WebSecret));
        _address = new($"{deployment.Server.Issuer}/token");
        var form = Deployment.ExchangeForm(deployment.IdToken()).ToArray();
        _form = () => new FormUrlEncodedContent(form);
        _connections = [.. Enumerable.Range(0, connections).Select(_ => Task.Run(ExchangeAsync))];
    }

    /// <summary>Access tokens whose answers came in whole.</summary>
    public IReadOnlyCollection<string> Received => _received;

    /// <summary>Answers that were no tokens.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

    public static ExchangeLoad Start(Deployment deployment, int connections) => new(deployment, connections);

    /// <summary>Waits until so many tokens have come in.</summary>
    public async Task ReceiveAsync(int tokens)
    {
        var enough = _enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _wanted = tokens;
        if (_received.Count >= tokens) return;
        var ended = Task.WhenAll(_connections);
        await Task.WhenAny(enough.Task, ended).WaitAsync(TestContext.Current.CancellationToken);
        if (!enough.Task.IsCompleted) throw new InvalidOperationException($"The load ended after {_received.Count} tokens: {string.Join('\n', _refused.Take(3))}");
    }

    /// <summary>Waits for connections that ended by themselves, because the server is gone.</summary>
    public Task EndedAsync() => Task.WhenAll(_connections).WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets each connection finish what it waits for, and no more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await EndedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _http.Dispose();
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    async Task ExchangeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                using var content = _form();
                using var response = await _http.PostAsync(_address, content);
                var body = await response.Content.ReadAsStringAsync();
                if (response.StatusCode == HttpStatusCode.OK) _received.Add((string)JsonNode.Parse(body)!["access_token"]!);
                else _refused.Add($"{(int)response.StatusCode} {body}");
                if (_received.Count >= _wanted) _enough.TrySetResult();
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException)
            {
                return; // the server is gone
            }
        }
    }
}
