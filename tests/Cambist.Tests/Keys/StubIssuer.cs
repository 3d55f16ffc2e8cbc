using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Cambist.Tests.Keys;

/// <summary>An issuer that answers out of a table, and counts.</summary>
sealed class StubIssuer : HttpMessageHandler
{
    public const string Identifier = "https://login.example.com";
    public const string OpenId = Identifier + "/.well-known/openid-configuration";
    public const string OAuth = Identifier + "/.well-known/oauth-authorization-server";
    public const string Jwks = Identifier + "/jwks";

    readonly Lock _lock = new();
    readonly List<string> _asked = [];
    readonly List<HttpRequestMessage> _requests = [];

    public StubIssuer() => Serve(OpenId, Discovery());

    public ConcurrentDictionary<string, Func<CancellationToken, Task<HttpResponseMessage>>> Routes { get; } = [];

    /// <summary>Whom requests to a host are really sent by.</summary>
    public (string Host, HttpMessageInvoker To)? Forward { get; set; }

    /// <summary>URLs in the order in which they were asked for.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_lock) return [.. _asked];
        }
    }

    public IReadOnlyList<HttpRequestMessage> Requests
    {
        get
        {
            lock (_lock) return [.. _requests];
        }
    }

    public int KeyFetches => Asked.Count(url => url == Jwks);

    public static string Discovery(string issuer = Identifier, string jwksUri = Jwks) => $$"""{"issuer":"{{issuer}}","jwks_uri":"{{jwksUri}}"}""";

    public static string SetOf(params SigningKey[] keys) => $$"""{"keys":[{{string.Join(",", keys.Select(key => Encoding.UTF8.GetString(key.PublicJwk.Span)))}}]}""";

    public void Serve(string url, string body) => Routes[url] = _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) });

    public void Serve(string url, Stream body) => Routes[url] = _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) });

    public void Fail(string url, HttpStatusCode status = HttpStatusCode.InternalServerError) => Routes[url] = _ => Task.FromResult(new HttpResponseMessage(status));

    /// <summary>Answers only when told to.</summary>
    public TaskCompletionSource Hold(string url)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var then = Routes[url];
        Routes[url] = async cancellation =>
        {
            await gate.Task.WaitAsync(cancellation);
            Routes[url] = then;
            return await then(cancellation);
        };
        return gate;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var url = request.RequestUri!.AbsoluteUri;
        lock (_lock)
        {
            _asked.Add(url);
            _requests.Add(request);
        }

        if (Forward is { } forward && forward.Host == request.RequestUri.Host) return forward.To.SendAsync(request, cancellationToken);
        return Routes.TryGetValue(url, out var route) ? route(cancellationToken) : Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
    }
}
