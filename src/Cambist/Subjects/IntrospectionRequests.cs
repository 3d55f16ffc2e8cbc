using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Asks issuers about their opaque tokens (RFC 7662 §2.1), as the client that the registry says we are there. Only an endpoint that the
/// registry names is asked; no redirect is followed; one question takes 5 seconds and its answer 64 KiB at most, and no more than 64
/// questions are open at an endpoint, so that one which hangs holds up nobody else.
/// </summary>
internal sealed class IntrospectionRequests(HttpMessageInvoker http, TimeProvider clock, IEngineListener listener)
{
    const int MaxBytes = 64 * 1024;
    const int MostOpen = 64;

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<Uri, Endpoint> _endpoints = new();

    /// <summary>The answer, a JSON object with a boolean <c>active</c>; or that there is none.</summary>
    public async ValueTask<Result<Claims>> AskAsync(TrustedIssuer issuer, string token, CancellationToken cancellationToken)
    {
        var asked = issuer.Introspection!;
        var endpoint = _endpoints.GetOrAdd(asked.Uri, static _ => new());
        if (Interlocked.Increment(ref endpoint.Open) > MostOpen)
        {
            Interlocked.Decrement(ref endpoint.Open);
            return Unavailable(issuer, $"{MostOpen} questions are waiting for its answer");
        }

        try
        {
            var (claims, fault) = await SendAsync(asked, token, cancellationToken);
            endpoint.Last = new(fault is null, fault, clock.GetUtcNow());
            Tell(endpoint, issuer, fault);
            return claims is null ? Unavailable(issuer, fault!) : claims;
        }
        finally
        {
            Interlocked.Decrement(ref endpoint.Open);
        }
    }

    /// <summary>What came of the last question at an issuer's endpoint; null where nobody asked yet.</summary>
    public LastQuestion? Last(TrustedIssuer issuer) => _endpoints.TryGetValue(issuer.Introspection!.Uri, out var endpoint) ? endpoint.Last : null;

    static Denied Unavailable(TrustedIssuer issuer, string fault) =>
        new(Reason.IssuerUnavailable, $"issuer {issuer.Name} cannot be asked about the token now: {fault}", TimeSpan.FromSeconds(1));

    async Task<(Claims? Claims, string? Fault)> SendAsync(IntrospectionEndpoint asked, string token, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, asked.Uri)
            {
                Content = new FormUrlEncodedContent([new("token", token), new("token_type_hint", "access_token")]),
            };
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Credentials(asked));
            using var response = await http.SendAsync(request, either.Token);
            if (response.StatusCode != HttpStatusCode.OK) return (null, Describe(response.StatusCode));

            await using var body = await response.Content.ReadAsStreamAsync(either.Token);
            var bytes = new byte[MaxBytes + 1];
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, either.Token);
            if (length > MaxBytes) return (null, $"it answered more than {MaxBytes / 1024} KiB");
            if (!Claims.TryParse(bytes.AsMemory(0, length).ToArray(), MaxBytes, out var claims, out var fault)) return (null, $"its answer is no JSON object that can be read: {fault}");
            return claims.TryGet("active"u8, out var active) && active.Kind is ClaimKind.True or ClaimKind.False ? (claims, null) : (null, "its answer has no active, or one that is no boolean");
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return (null, $"there was no whole answer within {Limit.TotalSeconds:0} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException)
        {
            return (null, failure.InnerException is { } inner ? $"{failure.Message} ({inner.Message})" : failure.Message);
        }
    }

    static string Describe(HttpStatusCode status) => (int)status switch
    {
        401 or 403 => $"it answered {(int)status}; our client_id and client_secret_file there are wrong, or that client may not introspect",
        >= 300 and < 400 => $"it answered {(int)status}; redirects are not followed",
        _ => $"it answered {(int)status}",
    };

    /// <summary>RFC 6749 §2.3.1: both are form-encoded, then joined.</summary>
    static string Credentials(IntrospectionEndpoint asked) =>
        Convert.ToBase64String(Encoding.ASCII.GetBytes($"{WebUtility.UrlEncode(asked.ClientId)}:{WebUtility.UrlEncode(asked.ClientSecret)}"));

    /// <summary>Once where it begins, once where it changes, once where it ends.</summary>
    void Tell(Endpoint endpoint, TrustedIssuer issuer, string? fault)
    {
        if (Interlocked.Exchange(ref endpoint.Fault, fault) == fault) return;
        listener.On(fault is null
            ? new(EngineEventSeverity.Information, "introspection_works", $"Issuer {issuer.Name} answers about its tokens again.")
            : new(EngineEventSeverity.Warning, "introspection_failed", $"Issuer {issuer.Name} cannot be asked about its tokens: {fault}. Requests with one get 503 until it answers; look at issuers.{issuer.Name}.introspection."));
    }

    sealed class Endpoint
    {
        public int Open;
        public string? Fault;
        public volatile LastQuestion? Last;
    }
}

/// <summary>What came of a question about a token, for the operator.</summary>
/// <param name="WasAnswered">Whether there was an answer that could be read.</param>
/// <param name="Fault">Why not, in words.</param>
/// <param name="At">When.</param>
sealed record LastQuestion(bool WasAnswered, string? Fault, DateTimeOffset At);
