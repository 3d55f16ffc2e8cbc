using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>An API we issue tokens for.</summary>
public sealed class ProtectedResource
{
    /// <summary>Its name in the registry, accepted as <c>audience</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its identifiers, any of which may be the <c>aud</c> of a token; the first is the default.</summary>
    public required ImmutableArray<string> Identifiers { get; init; }

    /// <summary>The scopes it defines.</summary>
    public FrozenSet<string> Scopes { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Claims copied from the subject token at each hop, where it has them.</summary>
    internal ImmutableArray<ClaimMapping> Claims { get; init; } = [];

    /// <summary>The longest life of a token for it. 10 minutes by default.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether its tokens are opaque rather than JWTs.</summary>
    public bool IssuesOpaqueTokens { get; init; }
}

/// <summary>One claim of an issued token and the template it is made from.</summary>
sealed record ClaimMapping(string Name, ClaimTemplate Template);
