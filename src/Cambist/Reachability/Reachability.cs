using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Who can ever end up with a token for a resource, over any chain of exchanges under a registry. Never too few: whatever the exchange
/// would give is found, whatever claims a token has; what is found need not come to pass. docs/reachability.md says what is taken into account.
/// </summary>
internal sealed class Reachability
{
    /// <summary>So many clients with credentials are told apart as origins; more are taken for one, which finds no less.</summary>
    const int MostApart = 256;

    readonly ReachRules _rules;
    readonly ILookup<ProtectedResource, ReachState> _states;

    public Reachability(Registry registry)
    {
        Registry = registry;
        _rules = new(registry);
        _states = Origins(registry).SelectMany(origin => new ReachWalk(_rules, origin).Run()).ToLookup(state => state.Resource);
    }

    public Registry Registry { get; }

    /// <summary>Each client that can end up with a token for a resource, by id, where a scope is named with that scope.</summary>
    public ImmutableArray<ReachedClient> To(ProtectedResource resource, string? scope = null) => Found(_states[resource], scope);

    /// <summary>Where that is nobody, what is in the way, a sentence each.</summary>
    public ImmutableArray<string> WhyNobody(ProtectedResource resource, string? scope = null) => new ReachObstacles(_rules, _states.SelectMany(group => group)).Of(resource, scope);

    /// <summary>Each client that tokens of one origin, by its name, can lead to.</summary>
    public ImmutableArray<ReachedClient> From(string origin, ProtectedResource resource, string? scope) => Found(_states[resource].Where(state => state.Origin.Name == origin), scope);

    static ImmutableArray<ReachedClient> Found(IEnumerable<ReachState> states, string? scope) =>
    [
        .. states.Where(state => scope is null || state.Scopes.ContainsKey(new(state.Resource.Name, scope)))
            .GroupBy(state => state.Client).OrderBy(group => group.Key.Id, StringComparer.Ordinal)
            .Select(group => ReachedClient.Of(group.Key, [.. group], scope)),
    ];

    static IEnumerable<ReachOrigin> Origins(Registry registry)
    {
        foreach (var issuer in registry.Issuers.Values.OrderBy(issuer => issuer.Name, StringComparer.Ordinal)) yield return ReachOrigin.Of(issuer, registry);
        yield return ReachOrigin.Impersonation(registry);
        var clients = registry.Clients.Values.Where(client => client.ClientCredentials.Count > 0 && ReachRules.MayCall(client, GrantTypes.ClientCredentials)).OrderBy(client => client.Id, StringComparer.Ordinal).ToImmutableArray();
        foreach (var some in clients.Length <= MostApart ? clients.Select(client => ImmutableArray.Create(client)) : [clients]) yield return ReachOrigin.Of(some, registry);
    }
}

/// <summary>A client that can end up with a token.</summary>
/// <param name="Client">Its id.</param>
/// <param name="Scopes">Every scope that it can hold, in one such token or another.</param>
/// <param name="Chains">How, the shortest first; some of them where there are many.</param>
/// <param name="More">How many chains are left out.</param>
/// <param name="HasUncounted">Whether there are others still that were not counted.</param>
internal sealed record ReachedClient(string Client, ImmutableArray<string> Scopes, ImmutableArray<ReachChain> Chains, int More, bool HasUncounted)
{
    const int MostChains = 8;

    public static ReachedClient Of(RegisteredClient client, IReadOnlyCollection<ReachState> states, string? scope)
    {
        var chains = states.SelectMany(state => ReachChain.To(state, scope)).DistinctBy(chain => chain.Key).ToArray();
        return new(
            client.Id,
            [.. states.SelectMany(state => state.Scopes.Keys.Select(held => held.Scope)).Distinct().Order(StringComparer.Ordinal)],
            [.. chains.OrderBy(chain => chain.Steps.Length).ThenBy(chain => chain.Key, StringComparer.Ordinal).Take(MostChains)],
            Math.Max(0, chains.Length - MostChains),
            states.Any(state => state.HasMoreSteps));
    }
}
