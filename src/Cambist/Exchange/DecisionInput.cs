using System.Collections.Immutable;

namespace Cambist;

/// <summary>
/// All that the decision rests on besides the registry: the only input of steps 6 to 8 of an exchange. It is kept with every
/// ledger entry, which is what makes explain, what-if and replay possible.
/// </summary>
internal sealed record DecisionInput
{
    public required RegisteredClient Client { get; init; }

    public required ResolvedToken Subject { get; init; }

    public ResolvedToken? Actor { get; init; }

    /// <summary>Null where no target was named: rules with <c>default_target</c> are asked.</summary>
    public Target? Target { get; init; }

    public ImmutableArray<string>? Scopes { get; init; }

    public string? RequestedTokenType { get; init; }

    public required DateTimeOffset Now { get; init; }
}
