using System.Collections.Frozen;

namespace Cambist;

/// <summary>Scopes as the document names them: <c>read</c>, or <c>orders/read</c> for the one of a resource.</summary>
static class ScopeNames
{
    /// <summary>Whether it is a scope-token (RFC 6749 §3.3).</summary>
    public static bool IsScope(string text)
    {
        foreach (var c in text)
            if (c is <= ' ' or '"' or '\\' or >= '\x7F') return false;
        return text.Length > 0;
    }

    /// <summary>Reads <c>resource/scope</c>, where the first part is a resource and the second one of its scopes.</summary>
    public static bool TryReadPrefixed(string text, RegistryDraft draft, out ScopeAt scope)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        scope = slash > 0 ? new(text[..slash], text[(slash + 1)..]) : default;
        return slash > 0 && draft.Resources.TryGetValue(scope.Resource, out var resource) && resource.Resource.Scopes.Contains(scope.Scope);
    }

    /// <summary>Reads the scopes of one resource in a list; reports those it does not define.</summary>
    public static FrozenSet<string> OfResource(DocumentNode node, ProtectedResource resource, NodeReader nodes)
    {
        var scopes = new List<string>();
        if (node is DocumentList { Items.Count: 0 } && resource.Scopes.Count > 0)
            nodes.Error(node, $"the list is empty, and an empty list never means all; {resource.Name} has {Written(resource.Scopes)}");
        foreach (var item in nodes.TextsOrNone(node, $"scopes of {resource.Name}"))
        {
            if (resource.Scopes.Contains(item.Value)) scopes.Add(item.Value);
            else nodes.Error(item, Unknown(item.Value, resource, nodes));
        }

        return scopes.ToFrozenSet();
    }

    /// <summary>Says that a resource does not define a scope.</summary>
    public static string Unknown(string scope, ProtectedResource resource, NodeReader nodes) => resource.Scopes.Count == 0
        ? $"{resource.Name} defines no scopes, so '{scope}' is none of them; write {resource.Name}: [], or add resources.{resource.Name}.scopes"
        : $"{resource.Name} defines no scope '{scope}'; {nodes.Findings.Suggest(scope, resource.Scopes)}";

    /// <summary>Scopes for a sentence, in ordinal order.</summary>
    public static string Written(IEnumerable<string> scopes) => string.Join(", ", scopes.Order(StringComparer.Ordinal));
}
