namespace Cambist.Server;

/// <summary>The server of an exchange: where its token endpoint is and, where that is known, who it is.</summary>
sealed record ExchangeServer(Uri TokenEndpoint, string? Issuer)
{
    /// <summary>Asks the server's metadata (RFC 8414 §3, OpenID Connect Discovery §4), unless the endpoint was given.</summary>
    /// <exception cref="FailedException">It has none that can be used.</exception>
    public static async Task<ExchangeServer> FindAsync(HttpMessageInvoker http, string? issuer, string? tokenEndpoint, bool allowHttp, CancellationToken cancellationToken)
    {
        var issuerUri = issuer is null ? null : RemoteCall.Place("--server", issuer, allowHttp);
        if (tokenEndpoint is not null) return new(RemoteCall.Place("--token-endpoint", tokenEndpoint, allowHttp, allowQuery: true), issuer);

        var fetch = new KeyFetch(http, new() { AllowHttp = allowHttp }, TimeProvider.System);
        var fetched = await fetch.FetchDiscoveryAsync(issuerUri!, cancellationToken);
        if (fetched.Fault is { } fault) throw new FailedException($"{issuer} has no metadata that can be had: {PrintableText.Of(fault).TrimEnd('.')}. See that it is the server's issuer, or give its token endpoint: --token-endpoint URL");
        return new(EndpointIn(fetched.Document, issuer!, issuerUri!, allowHttp), issuer);
    }

    static Uri EndpointIn(ReadOnlyMemory<byte> document, string issuer, Uri issuerUri, bool allowHttp)
    {
        if (!Claims.TryParse(document, KeyFetch.MaxBytes, out var metadata, out _)) throw new FailedException($"{issuer} answers with metadata that is no JSON object; give its token endpoint: --token-endpoint URL");

        // RFC 8414 §3.3: whoever speaks for another issuer is not believed
        if (!metadata.TryGet("issuer", out var said) || !said.IsString(issuer))
            throw new FailedException($"the metadata of {issuer} is of issuer {(said.GetString() is { } other ? $"\"{PrintableText.Of(other)}\"" : "nobody")}; give --server exactly what it calls itself");
        if (!metadata.TryGet("token_endpoint", out var endpoint) || endpoint.GetString() is not { } text) throw new FailedException($"the metadata of {issuer} names no token_endpoint; is it an OAuth server? Else give --token-endpoint URL");
        var uri = RemoteCall.Place("the token_endpoint in the server's metadata", text, allowHttp, allowQuery: true);
        return uri.Scheme == Uri.UriSchemeHttps || issuerUri.Scheme != Uri.UriSchemeHttps || allowHttp
            ? uri
            : throw new FailedException($"the token_endpoint of {issuer} is plain http, though the server is https; see its configuration, or add --allow-http");
    }
}
