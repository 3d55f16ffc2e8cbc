using System.Collections.Frozen;

namespace Cambist;

/// <summary>What is never allowed, whatever the rules say. An absent selector means any.</summary>
sealed class DenyEntry
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Why, for whoever reads the refusal's trace.</summary>
    public required string Reason { get; init; }

    /// <summary>Where it stands in the document.</summary>
    public DocumentPosition Position { get; init; }

    /// <summary>Ids of clients, patterns expanded; null for any.</summary>
    public FrozenSet<string>? Clients { get; init; }

    /// <summary>Names of resources; null for any.</summary>
    public FrozenSet<string>? Targets { get; init; }

    /// <summary>The subject; null for any.</summary>
    public SubjectSelector? Subject { get; init; }

    /// <summary>The actor; null for any, also for none. Under <c>actor: client</c> it sees <c>{sub: client id}</c> of issuer <c>self</c>.</summary>
    public ActorRequirement.Token? Actor { get; init; }
}
