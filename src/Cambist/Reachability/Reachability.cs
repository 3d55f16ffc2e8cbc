using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Who can ever end up with a token for a resource, over any chain of exchanges under a registry. Never too few: whatever the exchange
/// would give is found, whatever claims a token has; what is found need not come to pass. docs/reachability.md says what is taken into account.
/// </summary>
internal sealed class Reachability
{
    const long MostStepsApart = 500_000;
    const long MostStepsJoined = 2_000_000;

    /// <summary>So many clients with credentials are told apart as origins; more are taken for one, which finds no less.</summary>
    const int MostOriginsApart = 256;

    const int MostStatesApart = 64;

    readonly ReachRules _rules;
    readonly Func<ProtectedResource, IEnumerable<ReachState>> _states;

    public Reachability(Registry registry)
    {
        Registry = registry;
        _rules = new(registry);
        _states = Walked(_rules) ?? Named();
    }

    public Registry Registry { get; }

    /// <summary>How finely it could be looked.</summary>
    public ReachDetail Detail { get; private set; }

    /// <summary>How many steps that took, those that came to nothing because they were too many too.</summary>
    public long Steps { get; private set; }

    /// <summary>Each client that can end up with a token for a resource, by id, where a scope is named with that scope.</summary>
    public ImmutableArray<ReachedClient> To(ProtectedResource resource, string? scope = null) => Found(_states(resource), scope);

    /// <summary>Where that is nobody, what is in the way, a sentence each; nothing where it could only be looked at by names.</summary>
    public ImmutableArray<string> WhyNobody(ProtectedResource resource, string? scope = null) =>
        Detail == ReachDetail.Named ? [] : new ReachObstacles(_rules, Registry.Resources.Values.SelectMany(_states)).Of(resource, scope);

    /// <summary>The same, of tokens of one origin, by its name.</summary>
    public ImmutableArray<ReachedClient> From(string origin, ProtectedResource resource, string? scope) =>
        Found(_states(resource).Where(state => Detail == ReachDetail.Named || state.Origin.Name == origin), scope);

    static ImmutableArray<ReachedClient> Found(IEnumerable<ReachState> states, string? scope) =>
    [
        .. states.Where(state => scope is null || state.Scopes.ContainsKey(new(state.Resource.Name, scope)))
            .GroupBy(state => state.Client).OrderBy(group => group.Key.Id, StringComparer.Ordinal)
            .Select(group => new ReachedClient(group.Key.Id, [.. group], scope)),
    ];

    Func<ProtectedResource, IEnumerable<ReachState>>? Walked(ReachRules rules) =>
        Walked(rules, ReachDetail.Apart, MostOriginsApart, MostStatesApart, MostStepsApart) ?? Walked(rules, ReachDetail.Joined, 1, 0, MostStepsJoined);

    /// <summary>Null where it takes too many steps.</summary>
    Func<ProtectedResource, IEnumerable<ReachState>>? Walked(ReachRules rules, ReachDetail detail, int mostOrigins, int mostStates, long mostSteps)
    {
        var work = new ReachWork(mostSteps);
        var states = Origins(mostOrigins).TakeWhile(_ => !work.IsSpent).SelectMany(origin => new ReachWalk(rules, origin, mostStates, work).Run()).ToLookup(state => state.Resource);
        (Detail, Steps) = (detail, Steps + work.Steps);
        return work.IsSpent ? null : resource => states[resource];
    }

    Func<ProtectedResource, IEnumerable<ReachState>> Named()
    {
        Detail = ReachDetail.Named;
        return new NamedReach(Registry).To;
    }

    IEnumerable<ReachOrigin> Origins(int mostApart)
    {
        foreach (var issuer in Registry.Issuers.Values.OrderBy(issuer => issuer.Name, StringComparer.Ordinal)) yield return ReachOrigin.Of(issuer, Registry);
        yield return ReachOrigin.Impersonation(Registry);
        var clients = Registry.Clients.Values.Where(client => client.ClientCredentials.Count > 0 && ReachRules.MayCall(client, GrantTypes.ClientCredentials)).OrderBy(client => client.Id, StringComparer.Ordinal).ToImmutableArray();
        foreach (var some in clients.Length <= mostApart ? clients.Select(client => ImmutableArray.Create(client)) : [clients]) yield return ReachOrigin.Of(some, Registry);
    }
}
