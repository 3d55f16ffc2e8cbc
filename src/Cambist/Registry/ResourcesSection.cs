using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary><c>resources</c>: the APIs we issue tokens for, and the built-in one of the admin API.</summary>
static class ResourcesSection
{
    public static void Read(DocumentNode? node, RegistryDraft draft)
    {
        var admin = new ProtectedResource
        {
            Name = ReservedNames.AdminResource,
            Identifiers = [ReservedNames.AdminResource],
            Scopes = ReservedNames.AdminScopes.ToFrozenSet(),
        };
        draft.Resources.Add(admin.Name, new(admin, default, "", []));

        var nodes = NodeReader.ByPath(draft.Findings);
        foreach (var entry in nodes.Entries(node, "resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write] } }"))
        {
            Names.Check(nodes, entry.Key, entry.KeyPosition, entry.Value.Path, "a resource", allowSlash: false);
            var resource = Resource(entry, nodes, out var identifiers);
            draft.Resources.TryAdd(entry.Key, new(resource, entry.KeyPosition, entry.Value.Path, identifiers));
        }
    }

    static ProtectedResource Resource(DocumentEntry entry, NodeReader nodes, out IReadOnlyList<DocumentScalar> identifiers)
    {
        identifiers = [];
        if (nodes.Map(entry.Value, $"{entry.Key}: {{ identifiers: https://{entry.Key}.example.com, scopes: [read] }}") is not { } map)
            return new() { Name = entry.Key, Identifiers = [] };

        if (map.Require("identifiers", "the values of aud that mean this API, such as identifiers: https://orders.example.com") is { } written)
            identifiers = Identifiers(written, nodes);
        var scopes = Scopes(map.Take("scopes"), nodes);
        var claims = ClaimMappings.Read(map.Take("claims"), nodes);
        var token = map.Take("token");
        map.Done();

        var (lifetime, isOpaque) = Token(token, nodes);
        return new()
        {
            Name = entry.Key,
            Identifiers = [.. identifiers.Select(identifier => identifier.Value)],
            Scopes = scopes,
            Claims = claims,
            TokenLifetime = lifetime ?? TimeSpan.FromMinutes(10),
            IssuesOpaqueTokens = isOpaque,
        };
    }

    static ImmutableArray<DocumentScalar> Identifiers(DocumentNode node, NodeReader nodes)
    {
        var identifiers = nodes.Texts(node, "the values of aud that mean this API");
        foreach (var identifier in identifiers)
        {
            var text = identifier.Value;
            if (ReservedNames.All.Contains(text))
                nodes.Error(identifier, $"'{text}' means something of its own and can be no identifier");
            else if (text.Any(c => c <= ' ' || c == '\x7F'))
                nodes.Error(identifier, "an identifier holds no spaces or control characters");
            else if (text.Contains('#', StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out _))
                nodes.Error(identifier, $"'{text}' has a fragment, which a resource cannot have (RFC 8707 §2); delete it, from the # on");
        }

        return [.. identifiers];
    }

    static FrozenSet<string> Scopes(DocumentNode? node, NodeReader nodes)
    {
        if (node is null) return [];
        var scopes = nodes.TextsOrNone(node, "names of scopes, such as [read, write]");
        foreach (var scope in scopes)
            if (!ScopeNames.IsScope(scope.Value)) nodes.Error(scope, "a scope holds no spaces, quotes, backslashes or characters beyond ASCII (RFC 6749 §3.3)");
        return scopes.Select(scope => scope.Value).ToFrozenSet();
    }

    static (TimeSpan? Lifetime, bool IsOpaque) Token(DocumentNode? node, NodeReader nodes)
    {
        if (node is null || nodes.Map(node, "token: { lifetime: 5m }") is not { } map) return default;
        var lifetime = map.Duration("lifetime", "10m");
        var format = map.Word("format", "jwt", "opaque");
        map.Done();
        return (lifetime, format == "opaque");
    }
}
