using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.AspNetCore;

namespace Cambist.Server;

/// <summary>The admin API of a running server, as a command asks it (docs/admin-api.md).</summary>
sealed class ManagementApi : IDisposable
{
    const string WhichUrl = "Give --server the URL of its management listener (Cambist:ManagementUrls, http://127.0.0.1:8081 by default)";

    readonly IssuerHttp _http = new();
    readonly string _root;
    readonly string _token;

    ManagementApi(string root, string token) => (_root, _token) = (root, token);

    /// <summary>Finds out whom to ask, and by which token.</summary>
    /// <param name="url">The management listener's.</param>
    /// <param name="token">The admin token; null takes that of the server on this machine.</param>
    /// <param name="settings">Where that server has its store.</param>
    /// <param name="allowHttp">Whether the token may go over plain http off loopback.</param>
    /// <exception cref="FailedException">The URL or the token cannot be used.</exception>
    public static ManagementApi At(string url, string? token, ServerSettings settings, bool allowHttp)
    {
        var place = RemoteCall.Place("--server", url, allowHttp);
        token ??= TokenOfThisMachine(place, settings);
        return BearerToken.IsToken68(token)
            ? new(place.GetLeftPart(UriPartial.Path).TrimEnd('/'), token)
            : throw new FailedException("--admin-token holds no token that fits a header: letters, digits and -._~+/ alone");
    }

    public Task<JsonObject> DecisionAsync(DecisionId id, CancellationToken cancellationToken) =>
        SendAsync(new(HttpMethod.Get, $"{_root}/admin/v1/decisions/{id}"), "decision_id", cancellationToken);

    public Task<JsonObject> ExplainAsync(JsonObject request, CancellationToken cancellationToken) =>
        SendAsync(new(HttpMethod.Post, $"{_root}/admin/v1/explain") { Content = new StringContent(request.ToJsonString(), Encoding.UTF8, "application/json") }, "verdict", cancellationToken);

    public void Dispose() => _http.Dispose();

    /// <param name="request">The request.</param>
    /// <param name="mark">A member by which an answer to it is known, a string.</param>
    /// <param name="cancellationToken">Gives up.</param>
    async Task<JsonObject> SendAsync(HttpRequestMessage request, string mark, CancellationToken cancellationToken)
    {
        using (request)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            var answer = await RemoteCall.SendAsync(_http.Invoker, request, cancellationToken);
            var json = answer.Json() is { } read ? JsonObject.Create(read)! : throw new FailedException($"{_root} answered {answer.Described}, and no JSON object. {WhichUrl}");
            if (answer.Status != 200) throw Problem(answer, json);
            return Text(json[mark]) is not null ? json : throw new FailedException($"{_root} answered without {mark}: that is not a Cambist admin API. {WhichUrl}");
        }
    }

    FailedException Problem(RemoteAnswer answer, JsonObject problem)
    {
        var detail = Text(problem["detail"]) is { } said ? PrintableText.Of(said) : "it did not say why.";
        return new($"{_root} answered {answer.Status}: {detail}" + answer.Status switch
        {
            401 => " Give the admin token of that server with --admin-token @FILE: it is in admin-token beside its store, or what Cambist:AdminToken was set to",
            404 when problem["title"] is null => $" {WhichUrl}",
            _ => "",
        });
    }

    static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Goes to this machine alone: a server elsewhere has a token of its own.</summary>
    static string TokenOfThisMachine(Uri place, ServerSettings settings)
    {
        if (!Urls.IsLoopback(place)) throw new FailedException($"{place.GetLeftPart(UriPartial.Authority)} is not on this machine: give its admin token with --admin-token @FILE");
        if (settings.AdminToken is { } set) return set;
        var path = BootstrapToken.PathOf(settings) ?? throw new FailedException("on PostgreSQL no file holds the admin token: give it with --admin-token @FILE");
        try
        {
            return File.ReadAllText(path).Trim() is { Length: > 0 and <= 1024 } token ? token : throw new FailedException($"{path} holds no admin token; give it with --admin-token @FILE");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"{path} cannot be read, where the server on this machine would have its admin token: give it with --admin-token @FILE, or run this in the folder that the server runs in");
        }
    }
}
