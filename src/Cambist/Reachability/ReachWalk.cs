using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Everything that tokens of one origin can become, as a fixpoint: each round exchanges what the last one found, under every rule that
/// may select it. What is found only ever grows, and is bounded by clients, resources and their scopes, so it ends.
/// </summary>
internal sealed class ReachWalk(ReachRules rules, ReachOrigin origin)
{
    readonly Dictionary<(RegisteredClient, ProtectedResource), ReachState> _states = [];
    HashSet<ReachState> _changed = [];

    Registry Registry => rules.Registry;

    /// <summary>Every state that can be reached.</summary>
    public IReadOnlyCollection<ReachState> Run()
    {
        Begin();
        while (_changed.Count > 0)
        {
            // of each state what it was when the round began, so that chains are the shortest
            var round = _changed.SelectMany(state => Uses(state).ToArray()).ToArray();
            _changed = [];
            foreach (var use in round)
                foreach (var caller in rules.Users(use.From!))
                    foreach (var rule in rules.TakingOurs(caller)) Exchange(use, rule, caller);
        }

        return _states.Values;
    }

    void Begin()
    {
        foreach (var client in origin.Clients)
            foreach (var resource in client.ClientCredentials.Keys.Order(StringComparer.Ordinal)) GiveCredentials(client, Registry.Resources[resource]);
        foreach (var use in FirstUses().ToArray())
            foreach (var (rule, caller) in rules.Taking(origin.Name)) Exchange(use, rule, caller);
    }

    IEnumerable<ReachUse> FirstUses()
    {
        var known = new KnownClaims(origin);
        if (!origin.Clients.IsEmpty) return [];
        if (origin.Issuer is not { } issuer) return [new(origin, null, TokenTypes.ImpersonationToken, null, ActorLevels.None, known)];
        return issuer.IsTrustedForSubjects ? ReachRules.Types(issuer).Select(type => new ReachUse(origin, null, type, ReachRules.Held(issuer, type), ActorLevels.None, known)) : [];
    }

    /// <summary>As which tokens those of a state can be sent: themselves, and refresh tokens that went along.</summary>
    IEnumerable<ReachUse> Uses(ReachState state)
    {
        var actors = new ActorLevels();
        actors.Add(state.Actors);
        var use = new ReachUse(origin, state, TokenTypes.AccessToken, state.Held, actors, state.Known(Registry));
        yield return use;
        if (state.HasRefreshToken) yield return use with { Type = TokenTypes.RefreshToken };
    }

    void GiveCredentials(RegisteredClient client, ProtectedResource resource)
    {
        if (DenyCheck.FirstMatch(client, Target.Default(resource), Registry) is not null) return;
        var state = State(client, resource, out _);
        var step = state.Steps[(null, null, "")] = new ReachStep(null, state, null, "");
        foreach (var scope in client.ClientCredentials[resource.Name].Order(StringComparer.Ordinal)) Give(step, scope, null);
        state.Actors.Add(ActorLevels.None);
        _changed.Add(state);
    }

    void Exchange(ReachUse use, Rule rule, RegisteredClient caller)
    {
        if (!use.IsFor(caller, Registry) || !use.MaySelect(rule) || !rules.MayHaveActor(rule, caller)) return;
        var actors = use.Actors.After(rule, caller.Id);
        if (actors.IsEmpty) return;
        foreach (var (name, grant) in rule.Targets)
        {
            var target = Registry.Resources[name];
            var possible = ScopeDecision.Possible(grant, use.Held, name, out var named);
            if (possible.IsEmpty && named > 0) continue; // nothing_to_grant
            if (ReachDenials.Forbid(use, rule, caller, target, Registry, out var perhaps)) continue;
            Reach(use, rule, caller, target, grant, possible, actors, perhaps);
        }
    }

    void Reach(
        ReachUse use, Rule rule, RegisteredClient caller, ProtectedResource target, ScopeGrant grant, ImmutableArray<string> possible, ActorLevels actors, ImmutableArray<string> perhaps)
    {
        var state = State(caller, target, out var isNew);
        if (!state.Steps.TryGetValue((use.From, rule, use.Type), out var step))
            state.Steps[(use.From, rule, use.Type)] = step = new(use.From, state, rule, use.Type) { Provisos = perhaps };
        var grew = isNew;
        foreach (var scope in possible) grew |= Give(step, scope, Entitling(grant, scope, use.Held, target));
        grew |= state.Actors.Add(actors);
        if (rule.RefreshLifetime is not null && !state.HasRefreshToken && ReachRules.MayCall(caller, GrantTypes.RefreshToken)) grew = state.HasRefreshToken = true;
        if (grew) _changed.Add(state);
    }

    ReachState State(RegisteredClient client, ProtectedResource resource, out bool isNew)
    {
        isNew = !_states.TryGetValue((client, resource), out var state);
        return isNew ? _states[(client, resource)] = new(origin, client, resource) : state!;
    }

    static bool Give(ReachStep step, string scope, ScopeAt? entitling)
    {
        step.Given.TryAdd(scope, entitling);
        return step.To.Scopes.TryAdd(scope, step);
    }

    /// <summary>The scope held that a scope is given for; null where it is given without.</summary>
    static ScopeAt? Entitling(ScopeGrant grant, string scope, ImmutableArray<ScopeAt>? held, ProtectedResource target) => grant switch
    {
        ScopeGrant.Listed => held is null ? null : new ScopeAt(target.Name, scope),
        ScopeGrant.Mapped mapped => mapped.Scopes.First(entitlement => entitlement.Scope == scope).HeldAnyOf is { } wanted ? ScopeDecision.Entitling(held, wanted) : null,
        _ => null,
    };
}
