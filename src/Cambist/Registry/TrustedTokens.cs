using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary><c>tokens</c> of an issuer: which kinds it is trusted for, and how each is accepted.</summary>
static class TrustedTokens
{
    const string Example = "tokens: id_token, or tokens: { id_token: { audiences: web } }";

    public static FrozenDictionary<string, TrustedTokenKind> Read(
        DocumentNode? node, RegistryDraft draft, NodeReader nodes, Dictionary<string, DocumentPosition> positions)
    {
        if (node is null) return FrozenDictionary<string, TrustedTokenKind>.Empty;
        var kinds = new Dictionary<string, TrustedTokenKind>();
        if (node is DocumentMap map)
        {
            if (map.Entries.Count == 0) nodes.Error(node, $"trusts the issuer for nothing; write {Example}");
            foreach (var entry in map.Entries)
            {
                if (Known(entry.Key, entry.KeyPosition, node.Path, nodes) is not { } urn) continue;
                positions[urn] = entry.KeyPosition;
                kinds[urn] = Kind(urn, nodes.Map(entry.Value, "{ audiences: … }, or {} for the defaults"), draft);
            }
        }
        else
        {
            foreach (var kind in nodes.Texts(node, "kinds of token: id_token, access_token, jwt"))
            {
                if (Known(kind.Value, kind.Position, kind.Path, nodes) is not { } urn) continue;
                positions[urn] = kind.Position;
                kinds[urn] = Kind(urn, null, draft);
            }
        }

        return kinds.ToFrozenDictionary();
    }

    static string? Known(string kind, DocumentPosition position, string path, NodeReader nodes)
    {
        if (TokenKindNames.OfIssuers.Contains(kind)) return TokenKindNames.Urn(kind);
        nodes.Error(position, path, $"'{kind}' is no kind of token an issuer can be trusted for; {nodes.Findings.Suggest(kind, TokenKindNames.OfIssuers)}");
        return null;
    }

    static TrustedTokenKind Kind(string urn, MapReader? map, RegistryDraft draft)
    {
        var isAccessToken = urn == Protocol.TokenTypes.AccessToken;
        var audiences = map?.Take("audiences");
        var types = map?.Take("typ");
        var scopes = map?.Take("scopes");
        var scopesFrom = map?.Take("scopes_from");
        var maxAge = map?.Duration("max_age", "1h");
        map?.Done();

        if (!isAccessToken && (scopes ?? scopesFrom) is { } scoped)
            map!.Nodes.Error(scoped, "only access tokens have scopes; delete this, or move it to access_token");
        else if (scopes is null && scopesFrom is not null)
            map!.Nodes.Warning(scopesFrom.Position, scopesFrom.Path, "says where scopes are read from, and none of them means anything here; add scopes: [ … ]");

        return new()
        {
            TokenType = urn,
            Audiences = audiences is null ? [draft.Issuer] : Audiences(audiences, draft, map!.Nodes),
            Types = types is null ? DefaultTypes(isAccessToken) : Types(types, map!.Nodes),
            MaxAge = maxAge ?? (isAccessToken ? null : TimeSpan.FromHours(1)),
            Scopes = scopes is null || !isAccessToken ? FrozenDictionary<string, ScopeAt>.Empty : Scopes(scopes, draft, map!.Nodes),
            ScopesFrom = scopesFrom is null ? null : ScopesFrom(scopesFrom, map!.Nodes),
        };
    }

    static FrozenSet<string> DefaultTypes(bool isAccessToken) => isAccessToken ? ["at+jwt"] : ["", "jwt"];

    static FrozenSet<string> Audiences(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        var written = nodes.Texts(node, "values of aud; server stands for our own issuer, resources for every identifier").Select(audience => audience.Value).ToArray();

        // every identifier of a large registry, once for each of its issuers, would not fit into memory
        var key = string.Join('\n', written);
        if (draft.Audiences.TryGetValue(key, out var known)) return known;
        return draft.Audiences[key] = written.SelectMany(audience => audience switch
        {
            "server" => [draft.Issuer],
            "resources" => draft.Resources.Values.SelectMany(resource => resource.Identifiers, (_, identifier) => identifier.Value),
            _ => (IEnumerable<string>)[audience],
        }).ToFrozenSet();
    }

    static FrozenSet<string> Types(DocumentNode node, NodeReader nodes)
    {
        var types = new HashSet<string>();
        foreach (var type in nodes.Texts(node, "values of typ, such as [at+jwt, JWT, absent]"))
        {
            // media types compare without case, and application/ is optional (RFC 7515 §4.1.9)
            var name = type.Value.ToLowerInvariant();
            if (name.StartsWith("application/", StringComparison.Ordinal)) name = name["application/".Length..];
            if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && !"!#$&-^_.+".Contains(c, StringComparison.Ordinal)))
                nodes.Error(type, $"'{type.Value}' is no value of typ; write such as at+jwt, JWT, or absent for none");
            else
                types.Add(name == "absent" ? "" : name);
        }

        return types.ToFrozenSet();
    }

    static FrozenDictionary<string, ScopeAt> Scopes(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        var scopes = new Dictionary<string, ScopeAt>();
        foreach (var written in nodes.Texts(node, "scopes of resources, such as orders/read"))
        {
            if (Scope(written, draft, nodes) is not { } scope) continue;
            if (!scopes.TryAdd(scope.Scope, scope))
                nodes.Error(written, $"the token's '{scope.Scope}' is held at {scopes[scope.Scope].Resource} already, and one scope is held at one resource");
        }

        return scopes.ToFrozenDictionary();
    }

    static ScopeAt? Scope(DocumentScalar written, RegistryDraft draft, NodeReader nodes)
    {
        if (ScopeNames.TryReadPrefixed(written.Value, draft, out var prefixed)) return prefixed;
        var resources = draft.ResourcesByScope[written.Value].ToArray();
        if (resources.Length == 1) return new(resources[0], written.Value);
        nodes.Error(written, resources.Length == 0
            ? $"no resource defines the scope '{written.Value}'; write one that resources define, such as orders/read"
            : $"{string.Join(" and ", resources)} define '{written.Value}'; write which is meant: {string.Join(" or ", resources.Select(name => $"{name}/{written.Value}"))}");
        return null;
    }

    static ClaimPath? ScopesFrom(DocumentNode node, NodeReader nodes)
    {
        if (nodes.Text(node, "the claim that holds the scopes, such as permissions") is not { } text) return null;
        if (ClaimNames.TryRead(text, out var path, out var error)) return path;
        nodes.Error(node, error);
        return null;
    }
}
