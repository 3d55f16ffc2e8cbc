using System.Net;
using System.Net.Sockets;

namespace Cambist;

/// <summary>What came of a fetch: the document, or why there is none, in words.</summary>
readonly record struct Fetched(ReadOnlyMemory<byte> Document, KeyFault Kind, string? Fault)
{
    public static Fetched No(KeyFault kind, string fault) => new(default, kind, fault);
}

/// <summary>
/// Fetches an issuer's JWK set from the URLs that the registry, or the issuer's own discovery document, names. No redirect is
/// followed; the whole takes 5 seconds and each answer 256 KiB at most, counted while reading.
/// </summary>
sealed class KeyFetch(HttpMessageInvoker http, IssuerKeysOptions options, TimeProvider clock)
{
    public const int MaxBytes = 256 * 1024;

    static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public Task<Fetched> FetchAsync(string issuer, IssuerKeySource source, CancellationToken stopping)
    {
        if (!Uri.TryCreate(issuer, UriKind.Absolute, out var issuerUri)) issuerUri = null;
        return BoundedAsync(cancellationToken => source switch
        {
            IssuerKeySource.JwksUri configured => FetchConfiguredAsync(configured.Uri, cancellationToken),
            IssuerKeySource.Discovery when issuerUri is not null => DiscoverAsync(issuer, issuerUri, cancellationToken),
            _ => Task.FromResult(Fetched.No(KeyFault.NotAllowed, "the issuer is no URL, so there is nothing to discover; name its jwks_uri or jwks_file")),
        }, stopping);
    }

    /// <summary>The discovery document alone, whatever it says.</summary>
    public Task<Fetched> FetchDiscoveryAsync(Uri issuer, CancellationToken stopping) =>
        BoundedAsync(cancellationToken => FetchDocumentAsync(issuer, cancellationToken), stopping);

    async Task<Fetched> BoundedAsync(Func<CancellationToken, Task<Fetched>> fetch, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(Limit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            return await fetch(either.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return Fetched.No(KeyFault.TimedOut, $"there was no whole answer within {Limit.TotalSeconds:0} s");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or SocketException or OperationCanceledException)
        {
            return Fetched.No(KeyFault.Unreachable, failure.InnerException is { } inner ? $"{failure.Message} ({inner.Message})" : failure.Message);
        }
    }

    async Task<Fetched> FetchConfiguredAsync(Uri jwksUri, CancellationToken cancellationToken) =>
        MustBeHttps(jwksUri) ?? (await GetAsync(jwksUri, policy: null, cancellationToken)).Body;

    async Task<Fetched> FetchDocumentAsync(Uri issuer, CancellationToken cancellationToken)
    {
        if (MustBeHttps(issuer) is { } plain) return plain;
        var (status, document) = await GetAsync(Discovery.OpenIdLocation(issuer), policy: null, cancellationToken);
        return status == HttpStatusCode.NotFound ? (await GetAsync(Discovery.OAuthLocation(issuer), policy: null, cancellationToken)).Body : document;
    }

    async Task<Fetched> DiscoverAsync(string issuer, Uri issuerUri, CancellationToken cancellationToken)
    {
        var document = await FetchDocumentAsync(issuerUri, cancellationToken);
        if (document.Fault is not null) return document;
        if (!Discovery.TryReadJwksUri(document.Document, issuer, out var jwksUri, out var fault)) return Fetched.No(KeyFault.Unreadable, fault);
        if (MustBeHttps(jwksUri) is { } plainKeys) return plainKeys;

        // its own host is as trusted as the issuer; any other is a stranger's choice
        if (string.Equals(jwksUri.IdnHost, issuerUri.IdnHost, StringComparison.OrdinalIgnoreCase)) return (await GetAsync(jwksUri, policy: null, cancellationToken)).Body;
        var policy = await PolicyForAsync(jwksUri, issuerUri, cancellationToken);
        return policy is null
            ? Fetched.No(KeyFault.NotAllowed, $"its jwks_uri {jwksUri} leads to a loopback, link-local or private address, and the issuer itself is on none such")
            : (await GetAsync(jwksUri, policy, cancellationToken)).Body;
    }

    Fetched? MustBeHttps(Uri uri)
    {
        if (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && (Urls.IsLoopback(uri) || options.AllowHttp))) return null;
        return Fetched.No(KeyFault.NotAllowed, $"{uri} is not https, nor on loopback");
    }

    /// <summary>The policy under which the host may be asked now; null where it may not.</summary>
    async Task<AddressPolicy?> PolicyForAsync(Uri jwksUri, Uri issuer, CancellationToken cancellationToken)
    {
        var addresses = await ResolveAsync(jwksUri, cancellationToken);
        if (addresses.Length == 0) return null;
        if (addresses.All(AddressPolicy.PublicOnly.Allows)) return AddressPolicy.PublicOnly;
        var policy = AddressPolicy.ForIssuerAt(await ResolveAsync(issuer, cancellationToken));
        return addresses.All(policy.Allows) ? policy : null;
    }

    async Task<IPAddress[]> ResolveAsync(Uri uri, CancellationToken cancellationToken) =>
        IPAddress.TryParse(uri.IdnHost, out var literal) ? [literal] : await options.ResolveHost(uri.IdnHost, cancellationToken).WaitAsync(cancellationToken);

    async Task<(HttpStatusCode? Status, Fetched Body)> GetAsync(Uri uri, AddressPolicy? policy, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Accept.ParseAdd("application/json, application/jwk-set+json");
        if (policy is not null) request.Options.Set(AddressPolicy.RequestOption, policy);
        using var response = await http.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            var redirected = (int)response.StatusCode is >= 300 and < 400 ? "; redirects are not followed" : "";
            return (response.StatusCode, Fetched.No(KeyFault.Status, $"{uri} answered {(int)response.StatusCode}{redirected}"));
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MaxBytes + 1];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        return (response.StatusCode, length > MaxBytes
            ? Fetched.No(KeyFault.Unreadable, $"{uri} answered more than {MaxBytes / 1024} KiB")
            : new(bytes.AsMemory(0, length).ToArray(), default, null));
    }
}
