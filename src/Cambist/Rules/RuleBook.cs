using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>The rules in document order, indexed by client and target so that 10,000 cost what 10 do.</summary>
sealed class RuleBook
{
    readonly FrozenDictionary<(string Client, string Resource), ImmutableArray<Rule>> _byClientAndTarget;
    readonly FrozenDictionary<string, ImmutableArray<Rule>> _defaultsByClient;
    readonly FrozenSet<string> _sendersOfRefreshTokens;

    /// <summary>Indexes rules; shadow rules are kept apart and never found here.</summary>
    public RuleBook(ImmutableArray<Rule> rules)
    {
        All = rules;
        var deciding = rules.Where(rule => !rule.IsShadow).ToArray();
        _byClientAndTarget = deciding
            .SelectMany(rule => rule.Clients.SelectMany(client => rule.Targets.Keys.Select(target => (Key: (client, target), Rule: rule))))
            .GroupBy(pair => pair.Key, pair => pair.Rule)
            .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray());
        _defaultsByClient = deciding
            .Where(rule => rule.IsDefaultTarget)
            .SelectMany(rule => rule.Clients.Select(client => (client, rule)))
            .GroupBy(pair => pair.client, pair => pair.rule)
            .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray());
        _sendersOfRefreshTokens = deciding.Where(rule => rule.Subject.TokenTypes?.Contains(Protocol.TokenTypes.RefreshToken) == true).SelectMany(rule => rule.Clients).ToFrozenSet();
    }

    /// <summary>Every rule, in document order.</summary>
    public ImmutableArray<Rule> All { get; }

    /// <summary>The rules that let this client have a token for this resource, in document order; empty where there is none.</summary>
    public ImmutableArray<Rule> For(string client, string resource) =>
        _byClientAndTarget.TryGetValue((client, resource), out var rules) ? rules : [];

    /// <summary>Whether some rule takes refresh tokens as subject tokens from this client.</summary>
    public bool TakeRefreshTokensFrom(string client) => _sendersOfRefreshTokens.Contains(client);

    /// <summary>The rules with <c>default_target</c> of this client, in document order.</summary>
    public ImmutableArray<Rule> DefaultsFor(string client) => _defaultsByClient.TryGetValue(client, out var rules) ? rules : [];
}
