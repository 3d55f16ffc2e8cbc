using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Everything that tokens of one origin can become, as a fixpoint: each round exchanges what the last one found, under every rule that
/// may select it. What is found only ever grows, and chains are no longer than a token's id, so it ends.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="origin">Where the tokens begin.</param>
/// <param name="mostApart">So many states are exchanged each by itself by one client; more as a crowd.</param>
/// <param name="work">What is spent; where that is too much, the walk ends, and what it found is not all.</param>
internal sealed class ReachWalk(ReachRules rules, ReachOrigin origin, int mostApart, ReachWork work)
{

    readonly Dictionary<(RegisteredClient, ProtectedResource), ReachState> _states = [];
    readonly Dictionary<RegisteredClient, HashSet<ReachState>> _usedBy = [];
    readonly Dictionary<RegisteredClient, ReachCrowd> _crowds = [];
    HashSet<ReachState> _changed = [];

    Registry Registry => rules.Registry;

    /// <summary>Every state that can be reached.</summary>
    public IReadOnlyCollection<ReachState> Run()
    {
        Begin();

        // an id has a segment for where it began and one for each exchange, and is never longer than so many (lineage_too_deep)
        for (var segments = origin.Clients.Count == 0 ? 2 : 1; segments < Lineage.MostSegments && _changed.Count > 0 && !work.IsSpent; segments++)
        {
            // of each what it was when the round began, so that chains are the shortest
            var round = Round().TakeWhile(_ => !work.IsSpent).SelectMany(use => Uses(use.Tokens), (use, sent) => (use.User, Sent: sent)).ToArray();
            _changed = [];
            foreach (var (user, sent) in round)
                foreach (var rule in rules.TakingOurs(user).TakeWhile(_ => !work.IsSpent)) Exchange(sent, rule, user);
        }

        return _states.Values;
    }

    ReachUse[] Uses(ReachedTokens tokens)
    {
        work.Spend(1 + tokens.Scopes.Count);
        return [.. tokens.Uses(Registry)];
    }

    /// <summary>Who may use what was found in the last round.</summary>
    List<(RegisteredClient User, ReachedTokens Tokens)> Round()
    {
        var round = new List<(RegisteredClient, ReachedTokens)>();
        var crowds = new HashSet<RegisteredClient>();
        foreach (var state in _changed)
        {
            foreach (var user in rules.Users(state))
            {
                work.Spend(1 + state.Scopes.Count);
                if (work.IsSpent) return round;
                if (!Crowd(user, state, out var crowd)) round.Add((user, state));
                else if (crowd.Take(state)) crowds.Add(user);
            }
        }

        round.AddRange(crowds.Select(user => (user, (ReachedTokens)_crowds[user])));
        return round;
    }

    /// <summary>The crowd that a client uses a state in, where it has one.</summary>
    bool Crowd(RegisteredClient user, ReachState state, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ReachCrowd? crowd)
    {
        if (_crowds.TryGetValue(user, out crowd)) return true;
        if (!_usedBy.TryGetValue(user, out var states)) states = _usedBy[user] = [];
        states.Add(state);
        if (states.Count <= mostApart) return false;
        crowd = _crowds[user] = new(origin, user);
        foreach (var one in states.Where(one => one != state)) crowd.Take(one);
        return true;
    }

    void Begin()
    {
        foreach (var client in origin.Clients.OrderBy(client => client.Id, StringComparer.Ordinal))
            foreach (var resource in client.ClientCredentials.Keys.Order(StringComparer.Ordinal)) GiveCredentials(client, Registry.Resources[resource]);
        foreach (var use in FirstUses(origin).ToArray())
            foreach (var (rule, caller) in rules.Taking(origin.Name).TakeWhile(_ => !work.IsSpent)) Exchange(use, rule, caller);
    }

    /// <summary>As which subject tokens what begins at an origin can be sent.</summary>
    public static IEnumerable<ReachUse> FirstUses(ReachOrigin origin)
    {
        var known = new KnownClaims(origin);
        if (origin.Clients.Count > 0) return [];
        if (origin.Issuer is not { } issuer) return [new(origin, null, TokenTypes.ImpersonationToken, null, ActorLevels.None, known)];
        return issuer.IsTrustedForSubjects ? ReachRules.Types(issuer).Select(type => new ReachUse(origin, null, type, ReachRules.Held(issuer, type), ActorLevels.None, known)) : [];
    }

    void GiveCredentials(RegisteredClient client, ProtectedResource resource)
    {
        if (DenyCheck.FirstMatch(client, Target.Default(resource), Registry) is not null) return;
        work.Spend(1 + client.ClientCredentials[resource.Name].Count);
        var state = State(client, resource);
        state.Take(null, null, "", client.ClientCredentials[resource.Name].Order(StringComparer.Ordinal).Select(scope => (scope, (ScopeAt?)null)), []);
        state.Actors.Add(ActorLevels.None);
        _changed.Add(state);
    }

    void Exchange(ReachUse use, Rule rule, RegisteredClient caller)
    {
        work.Spend(use.Cost + rule.Subject.Where.Entries.Length);
        if (work.IsSpent || !use.MaySelect(rule) || !use.IsFor(caller, Registry) || !rules.MayHaveActor(rule, caller)) return;
        var actors = use.Actors.After(rule, caller.Id);
        if (actors.IsEmpty) return;
        foreach (var (target, grant, cost) in rules.Targets(rule))
        {
            work.Spend(cost);
            if (work.IsSpent) return;
            var held = use.Held?.For(grant, target.Name);
            var possible = ScopeDecision.Possible(grant, held, target.Name, out var named);
            if (possible.IsEmpty && named > 0) continue; // nothing_to_grant
            if (ReachDenials.Forbid(use, rule, caller, target, Registry, out var perhaps)) continue;

            var state = State(caller, target);
            var isNews = state.Take(use.From, rule, use.Type, possible.Select(scope => (scope, Entitling(grant, scope, held, target))), perhaps);
            isNews |= state.Actors.Add(actors);
            if (rule.RefreshLifetime is not null && !state.HasRefreshToken && ReachRules.MayCall(caller, GrantTypes.RefreshToken)) isNews = state.HasRefreshToken = true;
            if (isNews) _changed.Add(state);
        }
    }

    ReachState State(RegisteredClient client, ProtectedResource resource) =>
        _states.TryGetValue((client, resource), out var state) ? state : _states[(client, resource)] = new(origin, client, resource);

    /// <summary>The scope held that a scope is given for; null where it is given without.</summary>
    static ScopeAt? Entitling(ScopeGrant grant, string scope, ImmutableArray<ScopeAt>? held, ProtectedResource target) => grant switch
    {
        ScopeGrant.Listed => held is null ? null : new ScopeAt(target.Name, scope),
        ScopeGrant.Mapped mapped => mapped.Scopes.First(entitlement => entitlement.Scope == scope).HeldAnyOf is { } wanted ? ScopeDecision.Entitling(held, wanted) : null,
        _ => null,
    };
}
