using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>The rules in document order, indexed by client and target so that 10,000 cost what 10 do.</summary>
sealed class RuleBook
{
    readonly RulesByTarget _deciding;
    readonly RulesByTarget _withShadows;
    readonly FrozenSet<string> _sendersOfRefreshTokens;

    /// <summary>Indexes rules; shadow rules are kept apart from those that decide.</summary>
    public RuleBook(ImmutableArray<Rule> rules)
    {
        All = rules;
        var deciding = rules.Where(rule => !rule.IsShadow).ToArray();
        HasShadows = deciding.Length < rules.Length;
        _deciding = new(deciding);
        _withShadows = HasShadows ? new RulesByTarget(rules).Where(group => group.Any(rule => rule.IsShadow)) : RulesByTarget.Empty;
        _sendersOfRefreshTokens = deciding.Where(rule => rule.Subject.TokenTypes?.Contains(Protocol.TokenTypes.RefreshToken) == true).SelectMany(rule => rule.Clients).ToFrozenSet();
    }

    /// <summary>Every rule, in document order.</summary>
    public ImmutableArray<Rule> All { get; }

    /// <summary>Whether there is any shadow rule.</summary>
    public bool HasShadows { get; }

    /// <summary>The rules that let this client have a token for this resource, in document order; empty where there is none.</summary>
    public ImmutableArray<Rule> For(string client, string resource) => _deciding.For(client, resource);

    /// <summary>Whether some rule takes refresh tokens as subject tokens from this client.</summary>
    public bool TakeRefreshTokensFrom(string client) => _sendersOfRefreshTokens.Contains(client);

    /// <summary>The rules with <c>default_target</c> of this client, in document order.</summary>
    public ImmutableArray<Rule> DefaultsFor(string client) => _deciding.DefaultsFor(client);

    /// <summary>The same as <see cref="For"/> with the shadow rules among them at their places; empty where none of them is one.</summary>
    public ImmutableArray<Rule> WithShadowsFor(string client, string resource) => _withShadows.For(client, resource);

    /// <summary>The same as <see cref="DefaultsFor"/> with the shadow rules among them at their places; empty where none of them is one.</summary>
    public ImmutableArray<Rule> DefaultsWithShadowsFor(string client) => _withShadows.DefaultsFor(client);
}
