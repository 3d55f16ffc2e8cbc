using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary><c>/admin/v1/issuers</c>: how it stands with everybody whose tokens are accepted, as this node knows it.</summary>
static class IssuerEndpoints
{
    public static void Map(AdminApi api) => api.MapRead(
        new("GET", "/issuers", "The trusted issuers, and whether their keys can be had") { Scope = "registry", Answer = "Issuers" },
        request =>
        {
            var issuers = request.Registry.Issuers.Values.OrderBy(issuer => issuer.Name, StringComparer.Ordinal);
            return Task.FromResult(AdminAnswer.Ok(new JsonObject { ["issuers"] = new JsonArray([.. issuers.Select(issuer => Describe(issuer, request.Engine))]) }));
        });

    static JsonObject Describe(TrustedIssuer issuer, CambistEngine engine)
    {
        var json = new JsonObject { ["name"] = issuer.Name };
        if (issuer.Issuer is { } identifier) json["issuer"] = identifier;
        if (issuer.Tokens.Count > 0) json["tokens"] = new JsonArray([.. issuer.Tokens.Keys.Order(StringComparer.Ordinal).Select(type => (JsonNode)type)]);
        if (issuer.IsResolver) json["resolver"] = true;
        else json["keys"] = Keys(issuer.Keys, engine.IssuerKeys.Health(issuer));
        if (issuer.Introspection is { } endpoint) json["introspection"] = Introspection(endpoint, engine.IssuerIntrospection.Last(issuer));
        return json;
    }

    static JsonObject Keys(IssuerKeySource source, IssuerKeyHealth health)
    {
        var json = new JsonObject
        {
            ["source"] = source switch
            {
                IssuerKeySource.JwksUri => "jwks_uri",
                IssuerKeySource.JwksFile => "jwks_file",
                _ => "discovery",
            },
        };
        if (source is IssuerKeySource.JwksUri { Uri: var uri }) json["jwks_uri"] = uri.ToString();
        if (source is IssuerKeySource.JwksFile { Path: var path }) json["jwks_file"] = Path.GetFileName(path);
        json["status"] = health.Status.ToString().ToLowerInvariant();
        json["count"] = health.KeyIds.Length;
        json["kids"] = List(health.KeyIds.Where(kid => kid.Length > 0));
        if (!health.Skipped.IsEmpty) json["skipped"] = List(health.Skipped);
        Add("fetched_at", health.FetchedAt);
        Add("usable_until", health.UsableUntil);
        Add("next_fetch_at", health.NextFetchAt);
        Add("next_fetch_for_unknown_kid_at", health.NextFetchForUnknownKeyAt);
        json["failures"] = health.Failures;
        if (health.LastFailure is { } failure) json["last_failure"] = new JsonObject { ["kind"] = KindOf(failure.Kind), ["detail"] = failure.Fault, ["at"] = Times.Of(failure.At) };
        return json;

        void Add(string name, DateTimeOffset? instant)
        {
            if (instant is { } known) json[name] = Times.Of(known);
        }
    }

    static JsonObject Introspection(IntrospectionEndpoint endpoint, LastQuestion? last)
    {
        var json = new JsonObject
        {
            ["endpoint"] = endpoint.Uri.ToString(),
            ["status"] = last is null ? "untried" : last.WasAnswered ? "ready" : "unavailable",
        };
        if (endpoint.Prefix is { } prefix) json["prefix"] = prefix;
        if (last is not null) json["asked_at"] = Times.Of(last.At);
        if (last?.Fault is { } fault) json["detail"] = fault;
        return json;
    }

    static string KindOf(KeyFault kind) => kind switch
    {
        KeyFault.TimedOut => "timeout",
        KeyFault.Status => "status",
        KeyFault.Unreadable => "unreadable",
        KeyFault.NotAllowed => "not_allowed",
        _ => "unreachable",
    };

    static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}
