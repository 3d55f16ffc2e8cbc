using System.Collections.Frozen;
using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>The rules, found by whose tokens they take, and who could send one under them.</summary>
internal sealed class ReachRules
{
    readonly ILookup<string, (Rule Rule, RegisteredClient Caller)> _byIssuer;
    readonly ILookup<string, Rule> _takingOurs;
    readonly ILookup<string, RegisteredClient> _servers;
    readonly FrozenSet<string> _bringersOfOurs;
    readonly FrozenDictionary<Rule, ImmutableArray<(ProtectedResource, ScopeGrant)>> _targets;

    public ReachRules(Registry registry)
    {
        Registry = registry;
        var pairs = registry.Rules.All.Where(rule => !rule.IsShadow)
            .SelectMany(rule => rule.Clients.Order(StringComparer.Ordinal), (rule, id) => (Rule: rule, Caller: registry.Clients[id])).Where(pair => MayCall(pair.Caller, GrantTypes.TokenExchange)).ToArray();
        _byIssuer = pairs.SelectMany(pair => pair.Rule.Subject.Issuers!.Where(name => name != ReservedNames.Self), (pair, name) => (pair, name)).ToLookup(both => both.name, both => both.pair);
        _takingOurs = pairs.Where(pair => pair.Rule.Subject.Issuers!.Contains(ReservedNames.Self)).ToLookup(pair => pair.Caller.Id, pair => pair.Rule);
        _targets = registry.Rules.All.ToFrozenDictionary(rule => rule, rule => rule.Targets.OrderBy(target => target.Key, StringComparer.Ordinal).Select(target => (registry.Resources[target.Key], target.Value)).ToImmutableArray());
        _servers = registry.Clients.Values.OrderBy(client => client.Id, StringComparer.Ordinal).SelectMany(client => client.Serves.Select(resource => (client, resource.Name))).ToLookup(pair => pair.Name, pair => pair.client);

        // a token of ours without act, as an actor token must be, comes of client credentials or of a rule that adds nobody
        var plain = pairs.Where(pair => pair.Rule.Actor is ActorRequirement.Nobody).SelectMany(pair => pair.Rule.Targets.Keys, (pair, target) => (pair.Caller.Id, target))
            .Concat(registry.Clients.Values.Where(client => MayCall(client, GrantTypes.ClientCredentials)).SelectMany(client => client.ClientCredentials.Keys, (client, target) => (client.Id, target)));
        _bringersOfOurs = plain.SelectMany(pair => _servers[pair.target].Select(server => server.Id).Append(pair.Id)).ToFrozenSet();
    }

    public Registry Registry { get; }

    public static bool MayCall(RegisteredClient client, string grant) => !client.IsDisabled && client.Grants.Contains(grant);

    /// <summary>Rules that take tokens of an issuer, or impersonation tokens, with each client that may call under them.</summary>
    public IEnumerable<(Rule Rule, RegisteredClient Caller)> Taking(string issuer) => _byIssuer[issuer];

    /// <summary>Rules that take tokens of ours from a client.</summary>
    public IEnumerable<Rule> TakingOurs(RegisteredClient caller) => _takingOurs[caller.Id];

    /// <summary>What a rule can give, in an order that does not change.</summary>
    public ImmutableArray<(ProtectedResource Resource, ScopeGrant Grant)> Targets(Rule rule) => _targets[rule];

    /// <summary>Who may use a token: the client that it was issued to, and the servers of its resource.</summary>
    public IEnumerable<RegisteredClient> Users(ReachState state) => _servers[state.Resource.Name].Where(server => server != state.Client).Prepend(state.Client);

    /// <summary>Whether a client can have the actor token that a rule wants, if it wants one.</summary>
    public bool MayHaveActor(Rule rule, RegisteredClient caller) => rule.Actor is not ActorRequirement.Token wanted || wanted.Issuers.Any(name => name == ReservedNames.Self
        ? _bringersOfOurs.Contains(caller.Id)
        : Registry.Issuers[name] is { IsTrustedForActors: true } issuer
            && new KnownClaims(ReachOrigin.Of(issuer, Registry)).MayMeet(wanted.Where)
            && Types(issuer).Any(type => ReachUse.MayBeFor(issuer, type, caller, Registry)));

    /// <summary>As which types an issuer's tokens can be sent; a resolver that declares none judges all of them.</summary>
    public static ImmutableArray<string> Types(TrustedIssuer issuer) =>
        issuer.Tokens.Count > 0 ? [.. issuer.Tokens.Keys.Order(StringComparer.Ordinal)] : [TokenTypes.AccessToken, TokenTypes.IdToken, TokenTypes.Jwt];

    /// <summary>The scopes that tokens of an issuer can hold; null for kinds that have none of their own (<see cref="ExternalToken"/>).</summary>
    public static ImmutableArray<ScopeAt>? Held(TrustedIssuer issuer, string type) =>
        type == TokenTypes.AccessToken || issuer.IsResolver ? [.. issuer.KindOf(type)!.Scopes.Values] : null;
}
