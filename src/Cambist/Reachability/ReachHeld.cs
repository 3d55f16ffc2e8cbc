using System.Collections.Immutable;

namespace Cambist;

/// <summary>Scopes that a subject token can hold, maybe very many; those that a grant asks about are found without reading all.</summary>
internal sealed class ReachHeld
{
    readonly Dictionary<ScopeAt, int> _found = [];
    readonly Dictionary<string, ScopeAt> _firstByName = [];

    /// <param name="scopes">Those found first, which the shortest chains give, come first.</param>
    public ReachHeld(IEnumerable<ScopeAt> scopes)
    {
        foreach (var scope in scopes)
        {
            _found.TryAdd(scope, _found.Count);
            _firstByName.TryAdd(scope.Scope, scope);
        }
    }

    /// <summary>Of these scopes those that decide what a grant gives at a target.</summary>
    public ImmutableArray<ScopeAt> For(ScopeGrant grant, string target)
    {
        var wanted = grant switch
        {
            ScopeGrant.Listed listed => listed.Scopes.Select(scope => new ScopeAt(target, scope)),
            ScopeGrant.Mapped mapped => mapped.Scopes.SelectMany(entitlement => entitlement.HeldAnyOf ?? []).Select(InFull).OfType<ScopeAt>(),
            _ => throw new InvalidOperationException($"unknown grant {grant.GetType().Name}"),
        };
        return [.. wanted.Where(_found.ContainsKey).Distinct().OrderBy(scope => _found[scope])];
    }

    ScopeAt? InFull(HeldScope wanted) =>
        wanted.Resource is { } resource ? new ScopeAt(resource, wanted.Scope) : _firstByName.TryGetValue(wanted.Scope, out var first) ? first : null;
}
