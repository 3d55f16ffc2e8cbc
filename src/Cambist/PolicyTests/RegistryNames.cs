using System.Collections.Immutable;

namespace Cambist;

/// <summary>Finds what a document beside the registry names in it; reports what is not there, as the registry's own reader does.</summary>
static class RegistryNames
{
    public static RegisteredClient? Client(DocumentNode node, Registry registry, NodeReader nodes)
    {
        if (nodes.Text(node, "the id of a client") is not { } id) return null;
        if (registry.Clients.TryGetValue(id, out var client)) return client;
        nodes.Error(node, $"there is no client '{id}'; {nodes.Findings.Suggest(id, registry.Clients.Keys)}");
        return null;
    }

    /// <summary>A resource, by its name or an identifier.</summary>
    public static ProtectedResource? Resource(DocumentNode node, Registry registry, NodeReader nodes)
    {
        if (nodes.Text(node, "the name or an identifier of a resource") is not { } name) return null;
        if (registry.ResourcesByAnyName.TryGetValue(name, out var resource)) return resource;
        string[] names = [.. registry.Resources.Keys.Where(known => known != ReservedNames.AdminResource)];
        var known = name.Contains(':', StringComparison.Ordinal) ? [.. registry.Resources.Values.SelectMany(other => other.Identifiers)] : names;
        nodes.Error(node, $"there is no resource '{name}'; {nodes.Findings.Suggest(name, known)}");
        return null;
    }

    /// <summary>An issuer, <c>self</c> or <c>impersonation</c>, of those that a token can be from.</summary>
    public static string? Issuer(DocumentNode node, bool mayBeImpersonation, Registry registry, NodeReader nodes)
    {
        if (nodes.Text(node, "a name from issuers, or self") is not { } name) return null;
        string[] ours = mayBeImpersonation ? [ReservedNames.Self, ReservedNames.Impersonation] : [ReservedNames.Self];
        if (ours.Contains(name) || registry.Issuers.ContainsKey(name)) return name;
        nodes.Error(node, name == ReservedNames.Impersonation
            ? "an impersonation token is never an actor token; write self for our own access tokens"
            : $"there is no issuer '{name}'; {nodes.Findings.Suggest(name, [.. ours, .. registry.Issuers.Keys])}");
        return null;
    }

    /// <summary>Reports scopes that none of the resources defines; of no resource nothing is said.</summary>
    public static void CheckScopes(IReadOnlyList<DocumentScalar> scopes, ImmutableArray<ProtectedResource> resources, Registry registry, NodeReader nodes)
    {
        if (resources.IsEmpty) return;
        foreach (var scope in scopes)
        {
            if (resources.Any(resource => resource.Scopes.Contains(scope.Value))) continue;
            if (resources is [var only]) nodes.Error(scope, ScopeNames.Unknown(scope.Value, only, nodes));
            else nodes.Error(scope, $"no resource that is meant defines a scope '{scope.Value}'; {nodes.Findings.Suggest(scope.Value, [.. resources.SelectMany(resource => resource.Scopes).Distinct()])}");
        }
    }
}
