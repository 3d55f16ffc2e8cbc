using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>Rules by client and target, and those with <c>default_target</c> by client; each group in document order.</summary>
sealed class RulesByTarget
{
    public static readonly RulesByTarget Empty = new([]);

    readonly FrozenDictionary<(string Client, string Resource), ImmutableArray<Rule>> _byClientAndTarget;
    readonly FrozenDictionary<string, ImmutableArray<Rule>> _defaultsByClient;

    public RulesByTarget(IEnumerable<Rule> rules)
        : this(
            Grouped(rules.SelectMany(rule => rule.Clients.SelectMany(client => rule.Targets.Keys.Select(target => ((client, target), rule))))),
            Grouped(rules.Where(rule => rule.IsDefaultTarget).SelectMany(rule => rule.Clients.Select(client => (client, rule)))))
    {
    }

    RulesByTarget(FrozenDictionary<(string Client, string Resource), ImmutableArray<Rule>> byClientAndTarget, FrozenDictionary<string, ImmutableArray<Rule>> defaultsByClient) =>
        (_byClientAndTarget, _defaultsByClient) = (byClientAndTarget, defaultsByClient);

    public ImmutableArray<Rule> For(string client, string resource) => _byClientAndTarget.TryGetValue((client, resource), out var rules) ? rules : [];

    public ImmutableArray<Rule> DefaultsFor(string client) => _defaultsByClient.TryGetValue(client, out var rules) ? rules : [];

    /// <summary>The groups that fit alone.</summary>
    public RulesByTarget Where(Func<ImmutableArray<Rule>, bool> fits) => new(
        _byClientAndTarget.Where(pair => fits(pair.Value)).ToFrozenDictionary(),
        _defaultsByClient.Where(pair => fits(pair.Value)).ToFrozenDictionary());

    static FrozenDictionary<TKey, ImmutableArray<Rule>> Grouped<TKey>(IEnumerable<(TKey Key, Rule Rule)> pairs) where TKey : notnull =>
        pairs.GroupBy(pair => pair.Key, pair => pair.Rule).ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray());
}
