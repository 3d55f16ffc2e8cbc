using System.Collections.Immutable;

namespace Cambist;

/// <summary>A token exchanged for another, or given for credentials.</summary>
/// <param name="from">The tokens it is for; null where it is the first step.</param>
/// <param name="to">The tokens it gives.</param>
/// <param name="rule">The rule; null for client credentials.</param>
/// <param name="type">Token type URN of the subject token; empty for client credentials.</param>
internal sealed class ReachStep(ReachedTokens? from, ReachState to, Rule? rule, string type)
{
    public ReachedTokens? From => from;

    public ReachState To => to;

    public Rule? Rule => rule;

    public string Type => type;

    /// <summary>Each scope that it can give, and the scope of the subject token that entitles to it; null where it needs none.</summary>
    public OrderedDictionary<string, ScopeAt?> Given { get; } = [];

    /// <summary>Deny entries that forbid it for some tokens, in words.</summary>
    public ImmutableArray<string> Provisos { get; init; } = [];

    /// <summary>The shortest chain that ends in this step, and gives a scope by it; without one, any token.</summary>
    public ImmutableArray<ReachStep> Chain(string? scope)
    {
        var chain = new Stack<ReachStep>();
        var step = this;
        while (true)
        {
            chain.Push(step);
            if (step.From is not { } source) return [.. chain];
            var entitling = scope is not null ? step.Given[scope] : step.Given.Count > 0 ? step.Given.GetAt(0).Value : null;

            // each was found before what it leads to, so this ends
            (step, scope) = entitling is { } held ? (source.Scopes[held], held.Scope) : (source.First, null);
        }
    }
}
