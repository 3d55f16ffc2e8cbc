using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary><c>targets</c> of rules: resources, and the most scopes a rule can give at each.</summary>
static class TargetsMember
{
    const string Example = "targets: { orders: [read, write] }";

    public static FrozenDictionary<string, ScopeGrant> Read(DocumentNode? node, IReadOnlySet<string> served, RegistryDraft draft, NodeReader nodes)
    {
        var grants = new Dictionary<string, ScopeGrant>();
        if (node is DocumentMap { Entries.Count: 0 }) nodes.Error(node, $"gives nothing; write {Example}");
        if (node is DocumentMap map)
        {
            foreach (var (name, position, value) in map.Entries)
                if (ClientsSection.Resource(name, position, value.Path, draft, nodes) is { } resource && Grant(value, resource, served, draft, nodes) is { } grant) grants[name] = grant;
        }
        else if (node is not null)
        {
            nodes.Map(node, $"{Example}, resources and the most scopes this rule can give there");
        }

        return grants.ToFrozenDictionary();
    }

    static ScopeGrant? Grant(DocumentNode node, ProtectedResource resource, IReadOnlySet<string> served, RegistryDraft draft, NodeReader nodes)
    {
        if (node is DocumentScalar { IsQuoted: false, Value: "true" or "false" })
        {
            nodes.Error(node, $"name the scopes: {resource.Name}: [{ScopeNames.Written(resource.Scopes)}]");
            return null;
        }

        if (node is not DocumentMap map)
        {
            // the document's order is kept: it is the order of scopes in the token
            var defined = ScopeNames.OfResource(node, resource, nodes);
            return new ScopeGrant.Listed([.. NodeReader.Items(node).OfType<DocumentScalar>().Select(scope => scope.Value).Where(defined.Contains).Distinct()]);
        }

        if (map.Entries.Count == 0) nodes.Error(node, $"gives nothing; write {(resource.Scopes.Count == 0 ? $"{resource.Name}: []" : $"{resource.Name}: {{ {resource.Scopes.Order(StringComparer.Ordinal).First()}: true }}")}");
        var entitlements = ImmutableArray.CreateBuilder<ScopeEntitlement>(map.Entries.Count);
        foreach (var (scope, position, value) in map.Entries)
        {
            if (!resource.Scopes.Contains(scope)) nodes.Error(position, map.Path, ScopeNames.Unknown(scope, resource, nodes));
            else if (value is DocumentScalar { IsQuoted: false, Value: "true" }) entitlements.Add(new(scope, null));
            else if (value is DocumentScalar { IsQuoted: false, Value: "false" }) nodes.Error(value, $"'{scope}' is not given at all so; delete the entry");
            else entitlements.Add(new(scope, Held(value, served, draft, nodes)));
        }

        return new ScopeGrant.Mapped(entitlements.ToImmutable());
    }

    static ImmutableArray<HeldScope> Held(DocumentNode node, IReadOnlySet<string> served, RegistryDraft draft, NodeReader nodes)
    {
        var held = ImmutableArray.CreateBuilder<HeldScope>();
        foreach (var written in nodes.Texts(node, "scopes one of which the subject token must hold, or true for no condition"))
        {
            if (ScopeNames.TryReadPrefixed(written.Value, draft, out var prefixed)) held.Add(new(prefixed.Resource, prefixed.Scope));
            else if (Unprefixed(written, served, draft, nodes) is { } meant) held.Add(meant);
        }

        return held.ToImmutable();
    }

    /// <summary>
    /// A scope without its resource means the one of that name at the resource that the rule's clients serve: a scope of the
    /// same name held at another resource must not entitle to anything. Where they serve none that defines it, it is the only
    /// resource that does, or whatever resource the token is for.
    /// </summary>
    static HeldScope? Unprefixed(DocumentScalar written, IReadOnlySet<string> served, RegistryDraft draft, NodeReader nodes)
    {
        var scope = written.Value;
        var defining = draft.ResourcesByScope[scope].ToArray();
        if (defining.Length == 0)
        {
            var slash = scope.IndexOf('/', StringComparison.Ordinal);
            nodes.Error(written, slash > 0 && draft.Resources.TryGetValue(scope[..slash], out var resource)
                ? ScopeNames.Unknown(scope[(slash + 1)..], resource.Resource, nodes)
                : $"no resource defines a scope '{scope}', so no token can hold it; {nodes.Findings.Suggest(scope, draft.ResourcesByScope.Select(group => group.Key).ToArray())}");
            return null;
        }

        var meant = defining.Where(served.Contains).ToArray();
        if (meant.Length > 1)
        {
            nodes.Error(written, $"the rule's clients serve {string.Join(" and ", meant)}, which all define '{scope}'; write which is meant: {string.Join(" or ", meant.Select(name => $"{name}/{scope}"))}");
            return null;
        }

        return new(meant.Length == 1 ? meant[0] : defining.Length == 1 ? defining[0] : null, scope);
    }
}
