using System.Collections.Immutable;

namespace Cambist;

/// <summary>Tokens for one resource, issued to one client, that began at one origin: all of them as one, with every scope that any of them can hold.</summary>
internal sealed class ReachState(ReachOrigin origin, RegisteredClient client, ProtectedResource resource)
{
    KnownClaims? _known;

    public ReachOrigin Origin => origin;

    public RegisteredClient Client => client;

    public ProtectedResource Resource => resource;

    /// <summary>Each scope, and the step that first gave it: of the shortest chain to it.</summary>
    public Dictionary<string, ReachStep> Scopes { get; } = [];

    /// <summary>Every last step to it, the first that was found first.</summary>
    public OrderedDictionary<(ReachState? From, Rule? Rule, string Type), ReachStep> Steps { get; } = [];

    /// <summary>Who the current actor can be, and the fewest levels of <c>act</c> then.</summary>
    public ActorLevels Actors { get; } = new();

    /// <summary>Whether a refresh token goes along with one of them.</summary>
    public bool HasRefreshToken { get; set; }

    /// <summary>What is certain of their claims.</summary>
    public KnownClaims Known(Registry registry) => _known ??= new(origin, registry.Issuer, client.Id, resource);

    public ImmutableArray<ScopeAt> Held => [.. Scopes.Keys.Select(scope => new ScopeAt(resource.Name, scope))];
}

/// <summary>A token exchanged for another, or given for credentials.</summary>
/// <param name="From">The tokens it is for; null where it is the first step.</param>
/// <param name="To">The tokens it gives.</param>
/// <param name="Rule">The rule; null for client credentials.</param>
/// <param name="Type">Token type URN of the subject token; empty for client credentials.</param>
internal sealed record ReachStep(ReachState? From, ReachState To, Rule? Rule, string Type)
{
    /// <summary>Each scope that it can give, and the scope of the subject token that entitles to it; null where it needs none.</summary>
    public OrderedDictionary<string, ScopeAt?> Given { get; } = [];

    /// <summary>What must be so besides that the registry does not decide alone, in words.</summary>
    public ImmutableArray<string> Provisos { get; init; } = [];

    /// <summary>The shortest chain that ends in this step, and gives a scope by it.</summary>
    public ImmutableArray<ReachStep> Chain(string? scope)
    {
        var chain = new Stack<ReachStep>();
        var step = this;
        while (true)
        {
            chain.Push(step);
            if (step.From is not { } from) return [.. chain];
            var wanted = scope is not null ? step.Given[scope] : step.Given.Count > 0 ? step.Given.GetAt(0).Value : null;

            // each was found before what it leads to, so this ends
            (step, scope) = wanted is { } held ? (from.Scopes[held.Scope], held.Scope) : (from.Steps.GetAt(0).Value, null);
        }
    }

    /// <inheritdoc/>
    public bool Equals(ReachStep? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
