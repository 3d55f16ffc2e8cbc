using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Who could have a token for a resource, read off the rules that name it and no more: for registries that nobody can walk in a bounded
/// time. Where a token began, what it holds and what it says are taken to fit.
/// </summary>
internal sealed class NamedReach
{
    readonly Registry _registry;
    readonly ReachOrigin _anywhere;
    readonly ILookup<string, Rule> _rules;

    public NamedReach(Registry registry)
    {
        (_registry, _anywhere) = (registry, ReachOrigin.Anywhere(registry));
        _rules = registry.Rules.All.Where(rule => !rule.IsShadow).SelectMany(rule => rule.Targets.Keys, (rule, target) => (rule, target)).ToLookup(pair => pair.target, pair => pair.rule);
    }

    public IEnumerable<ReachState> To(ProtectedResource resource)
    {
        var states = new Dictionary<string, ReachState>();
        foreach (var client in _registry.Clients.Values)
            if (client.ClientCredentials.TryGetValue(resource.Name, out var scopes) && ReachRules.MayCall(client, GrantTypes.ClientCredentials)) Give(client, null, scopes);
        foreach (var rule in _rules[resource.Name])
        {
            var scopes = Named(rule.Targets[resource.Name]);
            foreach (var caller in rule.Clients.Select(id => _registry.Clients[id]))
                if (ReachRules.MayCall(caller, GrantTypes.TokenExchange)) Give(caller, rule, scopes);
        }

        return states.Values;

        void Give(RegisteredClient client, Rule? rule, IEnumerable<string> scopes)
        {
            if (!states.TryGetValue(client.Id, out var state)) state = states[client.Id] = new(_anywhere, client, resource);
            state.Take(null, rule, "", scopes.Order(StringComparer.Ordinal).Select(scope => (scope, (ScopeAt?)null)), []);
        }
    }

    static IEnumerable<string> Named(ScopeGrant grant) => grant switch
    {
        ScopeGrant.Listed listed => listed.Scopes,
        ScopeGrant.Mapped mapped => mapped.Scopes.Select(entitlement => entitlement.Scope),
        _ => throw new InvalidOperationException($"unknown grant {grant.GetType().Name}"),
    };
}
