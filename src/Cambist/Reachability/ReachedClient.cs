using System.Collections.Immutable;

namespace Cambist;

/// <summary>A client that can end up with a token.</summary>
/// <param name="client">Its id.</param>
/// <param name="states">Its tokens, of each origin.</param>
/// <param name="scope">The scope that was asked for; null for any token.</param>
internal sealed class ReachedClient(string client, ImmutableArray<ReachState> states, string? scope)
{
    const int MostChains = 8;

    readonly Lazy<ImmutableArray<ReachChain>> _chains = new(() =>
    [
        .. states.SelectMany(state => ReachChain.To(state, scope)).DistinctBy(chain => chain.Key)
            .OrderBy(chain => chain.Steps.Length).ThenBy(chain => chain.Key, StringComparer.Ordinal),
    ]);

    public string Client => client;

    /// <summary>Every scope that it can hold, in one such token or another.</summary>
    public ImmutableArray<string> Scopes { get; } = [.. states.SelectMany(state => state.Scopes.Keys.Select(held => held.Scope)).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>How, the shortest first; some of them where there are many.</summary>
    public ImmutableArray<ReachChain> Chains => [.. _chains.Value.Take(MostChains)];

    /// <summary>How many chains are left out.</summary>
    public int More => Math.Max(0, _chains.Value.Length - MostChains);

    /// <summary>Whether there are others still that were not counted.</summary>
    public bool HasUncounted => states.Any(state => state.HasMoreSteps);
}
