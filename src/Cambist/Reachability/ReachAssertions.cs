using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary><c>assert</c> of a policy test file: lines that say who may never reach a resource.</summary>
internal static class ReachAssertions
{
    const string Example = "{ resource: billing, only: orders }";

    /// <summary>Reads them, and reports every fault at once; what is at fault is left out.</summary>
    public static ImmutableArray<ReachAssertion> Read(DocumentNode node, NodeReader nodes, Registry registry)
    {
        if (node is DocumentList { Items.Count: 0 }) nodes.Error(node, $"the list is empty; write a line such as {Example}, or delete the key");
        return [.. NodeReader.Items(node).SelectMany(item => nodes.Map(item, Example) is { } map ? Read(map, registry) : [])];
    }

    /// <summary>What contradicts them under the registry, in their order.</summary>
    public static ImmutableArray<ReachFailure> Check(ImmutableArray<ReachAssertion> assertions, Registry registry)
    {
        if (assertions.IsEmpty) return [];
        var reach = new Reachability(registry);
        return [.. assertions.SelectMany(assertion => assertion.Check(reach))];
    }

    static ImmutableArray<ReachAssertion> Read(MapReader map, Registry registry)
    {
        var nodes = map.Nodes;
        var errors = nodes.Findings.Errors;
        var resource = map.Require("resource", "the resource it is about, such as resource: billing") is { } named ? Resource(named, nodes, registry) : null;
        var scope = map.Take("scope") is { } written ? Scope(written, resource, nodes) : null;
        var (only, never, neverFrom) = (map.Take("only"), map.Take("never"), map.Take("never_from"));
        map.Done();
        if (new[] { only, never, neverFrom }.Count(member => member is not null) != 1)
            nodes.Error(map.Position, map.Path, "says one of only, never and never_from: the clients that alone may reach it, clients that never may, issuers whose tokens never become one for it");

        var clients = (only ?? never) is { } ids ? Clients(ids, only is not null, nodes, registry) : [];
        var origins = neverFrom is null ? [] : Origins(neverFrom, nodes, registry);
        if (errors != nodes.Findings.Errors || resource is null) return [];
        return
        [
            only is not null ? new ReachAssertion.Only(map.Position, resource, scope, clients)
            : never is not null ? new ReachAssertion.Never(map.Position, resource, scope, clients)
            : new ReachAssertion.NeverFrom(map.Position, resource, scope, origins),
        ];
    }

    static ProtectedResource? Resource(DocumentNode node, NodeReader nodes, Registry registry)
    {
        if (nodes.Text(node, "the name of a resource") is not { } name) return null;
        if (registry.Resources.TryGetValue(name, out var resource)) return resource;
        nodes.Error(node, $"there is no resource '{name}'; {nodes.Findings.Suggest(name, registry.Resources.Keys)}");
        return null;
    }

    static string? Scope(DocumentNode node, ProtectedResource? resource, NodeReader nodes)
    {
        if (nodes.Text(node, "a scope of the resource") is not { } scope || resource is null) return null;
        if (!resource.Scopes.Contains(scope)) nodes.Error(node, $"{resource.Name} has no scope '{scope}'; {nodes.Findings.Suggest(scope, resource.Scopes)}");
        return scope;
    }

    /// <summary>Ids, and patterns with <c>*</c>, which must match somebody; <c>only: none</c> lets nobody.</summary>
    static FrozenSet<string> Clients(DocumentNode node, bool mayBeNone, NodeReader nodes, Registry registry)
    {
        if (mayBeNone && node is DocumentScalar { Value: "none" }) return [];
        var clients = new HashSet<string>();
        foreach (var written in nodes.Texts(node, "ids of clients, or patterns such as web-*"))
        {
            if (written.Value.Contains('*', StringComparison.Ordinal))
            {
                var pattern = new TextPattern(written.Value);
                var before = clients.Count;
                clients.UnionWith(registry.Clients.Keys.Where(id => pattern.Matches(id)));
                if (clients.Count == before && !clients.Any(id => pattern.Matches(id))) nodes.Error(written, $"no client matches the pattern '{written.Value}'; * stands for any characters but /");
            }
            else if (!registry.Clients.ContainsKey(written.Value))
            {
                nodes.Error(written, $"there is no client '{written.Value}'; {nodes.Findings.Suggest(written.Value, registry.Clients.Keys)}");
            }
            else
            {
                clients.Add(written.Value);
            }
        }

        return clients.ToFrozenSet();
    }

    static FrozenSet<string> Origins(DocumentNode node, NodeReader nodes, Registry registry)
    {
        var origins = new HashSet<string>();
        foreach (var written in nodes.Texts(node, "names from issuers, or impersonation"))
        {
            if (written.Value == ReservedNames.Impersonation || registry.Issuers.ContainsKey(written.Value)) origins.Add(written.Value);
            else nodes.Error(written, $"there is no issuer '{written.Value}'; {nodes.Findings.Suggest(written.Value, [ReservedNames.Impersonation, .. registry.Issuers.Keys])}");
        }

        return origins.ToFrozenSet();
    }
}
