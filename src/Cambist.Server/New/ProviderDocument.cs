using Cambist.AspNetCore;

namespace Cambist.Server;

/// <summary>What a provider says of itself, fetched under the same limits as by the server, which will need its keys.</summary>
sealed record ProviderDocument(string Issuer, IReadOnlyList<string> Algorithms, int Keys)
{
    static readonly string[] Documents = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];

    /// <summary>Fetches it, and the keys it names.</summary>
    /// <exception cref="FailedException">It cannot be had, or is of somebody else.</exception>
    public static async Task<ProviderDocument> FetchAsync(string url, bool allowHttp, CancellationToken cancellationToken)
    {
        foreach (var document in Documents)
            if (url.EndsWith(document, StringComparison.Ordinal)) url = url[..^document.Length];
        if (Urls.Fault(url, allowHttp) is { } fault) throw new FailedException(fault);

        using var http = new IssuerHttp();
        var fetch = new KeyFetch(http.Invoker, new() { AllowHttp = allowHttp }, TimeProvider.System);
        var fetched = await fetch.FetchDiscoveryAsync(new Uri(url), cancellationToken);
        if (fetched.Fault is { } failed) throw No(url, $"has no discovery document that can be had: {failed}");
        if (!Claims.TryParse(fetched.Document, KeyFetch.MaxBytes, out var said, out _)) throw No(url, "answers with a discovery document that is no JSON object");
        var issuer = said.TryGet("issuer", out var name) ? name.GetString() : null;

        // whoever copies an address adds or loses the last slash; the one of the document is the one in iss
        if (issuer?.TrimEnd('/') != url.TrimEnd('/')) throw No(url, $"calls itself {(issuer is null ? "nothing" : $"\"{PrintableText.Of(issuer)}\"")} in its discovery document; give that URL, which its tokens hold as iss");

        var keys = await fetch.FetchAsync(issuer, new IssuerKeySource.Discovery(), cancellationToken);
        if (keys.Fault is not null) throw No(issuer, $"does not hand out its keys: {keys.Fault}");
        if (!JsonWebKeySet.TryParse(keys.Document, out var set, out var error)) throw No(issuer, $"hands out keys that cannot be read: {error}");
        if (set.Keys.IsEmpty) throw No(issuer, $"has no usable key: {(set.Skipped.IsEmpty ? "its set is empty" : string.Join("; ", set.Skipped.Take(3)))}");
        return new(issuer, [.. Strings(said, "id_token_signing_alg_values_supported")], set.Keys.Length);
    }

    static IEnumerable<string> Strings(Claims claims, string name)
    {
        var found = new List<string>();
        if (claims.TryGet(name, out var list))
            foreach (var item in list.EnumerateArray())
                if (item.GetString() is { } text) found.Add(text);
        return found;
    }

    static FailedException No(string url, string why) => new(PrintableText.Of($"{url} {why}"));
}
