using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>Why nobody ends up with a token for a resource: of each rule that names it, what stops whoever comes furthest.</summary>
/// <param name="rules">The rules.</param>
/// <param name="states">All that can be reached.</param>
internal sealed class ReachObstacles(ReachRules rules, IEnumerable<ReachState> states)
{
    const int MostRules = 8;

    readonly ILookup<RegisteredClient, ReachState> _usable =
        states.SelectMany(rules.Users, (state, user) => (user, state)).ToLookup(pair => pair.user, pair => pair.state);

    /// <summary>What stops an exchange, in the order in which it is asked (<see cref="ReachWalk"/>).</summary>
    enum Obstacle
    {
        NoCaller,
        NoSubject,
        NotSelected,
        NotTheirs,
        NoActor,
        TooDeep,
        NoScope,
        Denied,
        None,
    }

    Registry Registry => rules.Registry;

    /// <summary>Of a resource that nobody reaches, where a scope is named with that scope.</summary>
    public ImmutableArray<string> Of(ProtectedResource resource, string? scope)
    {
        var naming = Registry.Rules.All.Where(rule => rule.Targets.TryGetValue(resource.Name, out var grant) && (scope is null || Names(grant, scope))).ToArray();
        var entitled = Registry.Clients.Values.Where(client => client.ClientCredentials.TryGetValue(resource.Name, out var scopes) && (scope is null || scopes.Contains(scope)))
            .OrderBy(client => client.Id, StringComparer.Ordinal).ToArray();
        if (naming.Length + entitled.Length == 0)
            return [scope is null ? "no rule names it, and no client has client_credentials for it" : $"no rule gives {scope} at it, and no client has client_credentials for that"];
        var all = naming.Select(rule => $"rule {rule.Name} (line {rule.Position.Line}): {Words(rule, resource, scope)}").Concat(entitled.Select(OfCredentials)).ToArray();
        return all.Length <= MostRules ? [.. all] : [.. all.Take(MostRules), $"and {all.Length - MostRules} more"];
    }

    static bool Names(ScopeGrant grant, string scope) => grant switch
    {
        ScopeGrant.Listed listed => listed.Scopes.Contains(scope),
        ScopeGrant.Mapped mapped => mapped.Scopes.Any(given => given.Scope == scope),
        _ => false,
    };

    static string OfCredentials(RegisteredClient client) =>
        $"client_credentials of {client.Id}: {(client.IsDisabled ? "the client is disabled" : client.Grants.Contains(GrantTypes.ClientCredentials) ? "a deny entry forbids it" : "its grants do not have client_credentials")}";

    string Words(Rule rule, ProtectedResource resource, string? scope)
    {
        if (rule.IsShadow) return "a shadow rule gives nothing";
        return Furthest(rule, resource, scope) switch
        {
            Obstacle.NoCaller => $"{Clients(rule)} {(rule.Clients.All(id => Registry.Clients[id].IsDisabled) ? "disabled" : "disabled, or may not exchange tokens (grants)")}",
            Obstacle.NoSubject => $"none of its clients can have a token of {string.Join(" or ", rule.Subject.Issuers!.Order(StringComparer.Ordinal))}",
            Obstacle.NotSelected => "no token that its clients can have fits its subject (kind, token_types, where)",
            Obstacle.NotTheirs => "no token that fits its subject is its clients' to use (audiences, known_as, serves)",
            Obstacle.NoActor => "none of its clients can have the actor token that it wants",
            Obstacle.TooDeep => $"max_depth {rule.MaxDepth}: a token under it would carry more levels of act than that",
            Obstacle.NoScope => $"no token that it could take entitles to {(scope is null ? "a scope that it gives" : scope)}",
            Obstacle.Denied => "a deny entry forbids it, whatever the token says",
            _ => "nothing that is simple to name",
        };
    }

    static string Clients(Rule rule) => rule.Clients.Count == 1 ? $"{rule.Clients.Single()} is" : "each of its clients is";

    Obstacle Furthest(Rule rule, ProtectedResource resource, string? scope)
    {
        var callers = rule.Clients.Select(id => Registry.Clients[id]).Where(client => ReachRules.MayCall(client, GrantTypes.TokenExchange)).ToArray();
        if (callers.Length == 0) return Obstacle.NoCaller;
        return callers.SelectMany(caller => Uses(rule, caller), (caller, use) => Stops(use, rule, caller, resource, scope)).Append(Obstacle.NoSubject).Max();
    }

    IEnumerable<ReachUse> Uses(Rule rule, RegisteredClient caller) => rule.Subject.Issuers!.SelectMany(issuer => issuer switch
    {
        ReservedNames.Self => _usable[caller].SelectMany(state => state.Uses(Registry)),
        ReservedNames.Impersonation => ReachWalk.FirstUses(ReachOrigin.Impersonation(Registry)),
        _ => ReachWalk.FirstUses(ReachOrigin.Of(Registry.Issuers[issuer], Registry)),
    });

    Obstacle Stops(ReachUse use, Rule rule, RegisteredClient caller, ProtectedResource resource, string? scope)
    {
        if (!use.MaySelect(rule)) return Obstacle.NotSelected;
        if (!use.IsFor(caller, Registry)) return Obstacle.NotTheirs;
        if (!rules.MayHaveActor(rule, caller)) return Obstacle.NoActor;
        if (use.Actors.After(rule, caller.Id).IsEmpty) return Obstacle.TooDeep;
        var grant = rule.Targets[resource.Name];
        var possible = ScopeDecision.Possible(grant, use.Held?.For(grant, resource.Name), resource.Name, out var named);
        if (scope is null ? possible.IsEmpty && named > 0 : !possible.Contains(scope)) return Obstacle.NoScope;
        return ReachDenials.Forbid(use, rule, caller, resource, Registry, out _) ? Obstacle.Denied : Obstacle.None;
    }
}
