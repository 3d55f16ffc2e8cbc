using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cambist.Testing;

/// <summary>Every token, secret and proof that a server was sent or gave away, and what it answered that may hold none.</summary>
public sealed partial class WireSecrets
{
    static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "access_token", "actor_token", "client_assertion", "client_secret", "id_token", "refresh_token", "subject_token", "token",
    };

    readonly ConcurrentDictionary<string, string> _values = new(StringComparer.Ordinal);
    readonly ConcurrentQueue<string> _said = new();

    /// <summary>Each secret with what it was sent as.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> Values => [.. _values];

    /// <summary>Headers and body of each error, and of each document that was asked for with GET.</summary>
    public IReadOnlyCollection<string> Said => _said;

    /// <summary>A client that follows no redirects, and whose requests and answers are listened to.</summary>
    public HttpMessageHandler Listen(HttpMessageHandler inner) => new Tap(this, inner);

    /// <summary>Takes this for a secret, whatever it looks like.</summary>
    public void Add(string what, string value) => _values.TryAdd(value, what);

    /// <summary>Takes it for a secret if it may be one: tests also send words, addresses and ids where a token belongs.</summary>
    public void AddIfSecret(string what, string? value)
    {
        if (value is not { Length: >= SecretIndex.Window and <= 32 * 1024 }) return;
        if (Opaque().IsMatch(value) || (MayBeSecret().IsMatch(value) && !Id().IsMatch(value))) Add(what, value);
    }

    void Heard(HttpRequestMessage request, byte[]? body)
    {
        if (request.Headers.TryGetValues("Authorization", out var credentials))
        {
            foreach (var credential in credentials) HeardCredential(credential);
        }

        if (request.Headers.TryGetValues("DPoP", out var proofs))
        {
            foreach (var proof in proofs) AddIfSecret("DPoP", proof);
        }

        if (request.RequestUri is { Query.Length: > 1 } uri) HeardForm(uri.Query[1..]);
        if (body is null) return;
        if (body.AsSpan().TrimStart((byte)' ').StartsWith("{"u8)) HeardJson(body);
        else HeardForm(Encoding.UTF8.GetString(body));
    }

    void HeardCredential(string credential)
    {
        var (scheme, value) = (credential.Split(' ')[0], credential[(credential.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        AddIfSecret(scheme, value);
        if (!scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)) return;
        var pair = new byte[value.Length];
        if (!Convert.TryFromBase64String(value, pair, out var length)) return;
        var text = Encoding.UTF8.GetString(pair, 0, length);
        AddIfSecret("client secret", WebUtility.UrlDecode(text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..]));
    }

    void HeardForm(string form)
    {
        foreach (var pair in form.Split('&'))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at > 0 && Names.Contains(pair[..at])) AddIfSecret(pair[..at], WebUtility.UrlDecode(pair[(at + 1)..]));
        }
    }

    void HeardJson(byte[] body)
    {
        try
        {
            if (JsonNode.Parse(body) is not JsonObject json) return;
            foreach (var (name, value) in json)
            {
                if (Names.Contains(name) && value is JsonValue text && text.TryGetValue<string>(out var secret)) AddIfSecret(name, secret);
            }
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Tests also send what is no JSON, and objects that say a thing twice.
        }
    }

    async Task HeardAsync(HttpMethod method, HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentType?.MediaType is not { } type) return;
        if (!type.EndsWith("json", StringComparison.Ordinal) && !type.StartsWith("text/", StringComparison.Ordinal)) return;
        await response.Content.LoadIntoBufferAsync(cancellation);
        var body = await response.Content.ReadAsByteArrayAsync(cancellation);
        if (response.IsSuccessStatusCode && method != HttpMethod.Get) HeardJson(body);
        else _said.Enqueue(response.Headers + Encoding.UTF8.GetString(body));
    }

    /// <summary>Ours, of which one in a thousand happens to have no digit.</summary>
    [GeneratedRegex(@"\A[a-z]{3}_[A-Za-z0-9_-]{43}\z")]
    private static partial Regex Opaque();

    [GeneratedRegex(@"\A(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9._~+/=-]+\z")]
    private static partial Regex MayBeSecret();

    /// <summary>Ids of tokens and of decisions authorise nothing, and are on record by purpose.</summary>
    [GeneratedRegex(@"\A([A-Za-z0-9_-]{22}(\.[A-Za-z0-9_-]{22})*|[0-9a-f]{32})\z")]
    private static partial Regex Id();

    sealed class Tap(WireSecrets secrets, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // Bodies that are streamed are tests of size and time; what they hold is in no field.
            secrets.Heard(request, request.Content is ByteArrayContent content ? await content.ReadAsByteArrayAsync(cancellationToken) : null);
            var response = await base.SendAsync(request, cancellationToken);
            await secrets.HeardAsync(request.Method, response, cancellationToken);
            return response;
        }
    }
}
