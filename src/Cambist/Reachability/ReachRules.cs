using System.Collections.Frozen;
using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>The rules, found by whose tokens they take, and who could send one under them.</summary>
internal sealed class ReachRules
{
    readonly ILookup<string, Rule> _byIssuer;
    readonly ILookup<string, Rule> _takingOurs;
    readonly ILookup<string, RegisteredClient> _servers;
    readonly FrozenSet<string> _bringersOfOurs;
    readonly FrozenDictionary<Rule, ImmutableArray<RegisteredClient>> _callers;
    readonly FrozenDictionary<Rule, ImmutableArray<(ProtectedResource, ScopeGrant, long)>> _targets;

    public ReachRules(Registry registry)
    {
        Registry = registry;
        var rules = registry.Rules.All.Where(rule => !rule.IsShadow).ToArray();
        _callers = rules.ToFrozenDictionary(rule => rule, rule => rule.Clients.Order(StringComparer.Ordinal).Select(id => registry.Clients[id]).Where(client => MayCall(client, GrantTypes.TokenExchange)).ToImmutableArray());
        _byIssuer = rules.SelectMany(rule => rule.Subject.Issuers!, (rule, name) => (rule, name)).ToLookup(pair => pair.name, pair => pair.rule);
        _takingOurs = _byIssuer[ReservedNames.Self].SelectMany(rule => _callers[rule], (rule, caller) => (rule, caller)).ToLookup(pair => pair.caller.Id, pair => pair.rule);
        _targets = rules.ToFrozenDictionary(rule => rule, rule => rule.Targets.OrderBy(target => target.Key, StringComparer.Ordinal).Select(target => (registry.Resources[target.Key], target.Value, Cost(target.Value))).ToImmutableArray());
        _servers = registry.Clients.Values.OrderBy(client => client.Id, StringComparer.Ordinal).SelectMany(client => client.Serves.Select(resource => (client, resource.Name))).ToLookup(pair => pair.Name, pair => pair.client);

        // a token of ours without act, as an actor token must be, comes of client credentials or of a rule that adds nobody
        var plain = rules.Where(rule => rule.Actor is ActorRequirement.Nobody && !_callers[rule].IsEmpty).ToArray();
        var credentialed = registry.Clients.Values.Where(client => client.ClientCredentials.Count > 0 && MayCall(client, GrantTypes.ClientCredentials)).ToArray();
        var given = plain.SelectMany(rule => rule.Targets.Keys).Concat(credentialed.SelectMany(client => client.ClientCredentials.Keys)).Distinct();
        _bringersOfOurs = plain.SelectMany(rule => _callers[rule]).Concat(credentialed).Concat(given.SelectMany(target => _servers[target])).Select(client => client.Id).ToFrozenSet();
    }

    public Registry Registry { get; }

    public static bool MayCall(RegisteredClient client, string grant) => !client.IsDisabled && client.Grants.Contains(grant);

    /// <summary>Rules that take tokens of an issuer, or impersonation tokens, with each client that may call under them.</summary>
    public IEnumerable<(Rule Rule, RegisteredClient Caller)> Taking(string issuer) => _byIssuer[issuer].SelectMany(rule => _callers[rule], (rule, caller) => (rule, caller));

    /// <summary>Rules that take tokens of ours from a client.</summary>
    public IEnumerable<Rule> TakingOurs(RegisteredClient caller) => _takingOurs[caller.Id];

    /// <summary>What a rule can give, in an order that does not change, and how many steps it is to find out.</summary>
    public ImmutableArray<(ProtectedResource Resource, ScopeGrant Grant, long Cost)> Targets(Rule rule) => _targets[rule];

    /// <summary>Who may use a token: the client that it was issued to, and the servers of its resource.</summary>
    public IEnumerable<RegisteredClient> Users(ReachState state) => _servers[state.Resource.Name].Where(server => server != state.Client).Prepend(state.Client);

    /// <summary>Whether a client can have the actor token that a rule wants, if it wants one.</summary>
    public bool MayHaveActor(Rule rule, RegisteredClient caller) => rule.Actor is not ActorRequirement.Token wanted || wanted.Issuers.Any(name => name == ReservedNames.Self
        ? _bringersOfOurs.Contains(caller.Id)
        : Registry.Issuers[name] is { IsTrustedForActors: true } issuer
            && new KnownClaims(ReachOrigin.Of(issuer, Registry)).MayMeet(wanted.Where)
            && Types(issuer).Any(type => ReachUse.MayBeFor(issuer, type, caller, Registry)));

    // every scope wanted is held against every other
    long Cost(ScopeGrant grant)
    {
        long scopes = grant switch
        {
            ScopeGrant.Listed listed => listed.Scopes.Length,
            ScopeGrant.Mapped mapped => mapped.Scopes.Sum(entitlement => 1 + (entitlement.HeldAnyOf?.Length ?? 0)),
            _ => 0,
        };
        return 1 + scopes + scopes * scopes / 64 + Registry.Deny.Length / 8;
    }

    /// <summary>As which types an issuer's tokens can be sent; a resolver that declares none judges all of them.</summary>
    public static ImmutableArray<string> Types(TrustedIssuer issuer) =>
        issuer.Tokens.Count > 0 ? [.. issuer.Tokens.Keys.Order(StringComparer.Ordinal)] : [TokenTypes.AccessToken, TokenTypes.IdToken, TokenTypes.Jwt];

    /// <summary>The scopes that tokens of an issuer can hold; null for kinds that have none of their own (<see cref="ExternalToken"/>).</summary>
    public static ReachHeld? Held(TrustedIssuer issuer, string type) =>
        type == TokenTypes.AccessToken || issuer.IsResolver ? new(issuer.KindOf(type)!.Scopes.Values) : null;
}
