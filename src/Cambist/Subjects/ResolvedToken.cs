using System.Collections.Immutable;

namespace Cambist;

/// <summary>
/// A subject or actor token that was found genuine: signature, times, issuer and type are checked; whether this caller may
/// use it is not.
/// </summary>
internal sealed record ResolvedToken
{
    /// <summary>Token type URN it was resolved as.</summary>
    public required string TokenType { get; init; }

    /// <summary>The name of its issuer in the registry; <c>self</c> for ours.</summary>
    public required string IssuerName { get; init; }

    /// <summary>The issuer, where it is external.</summary>
    public TrustedIssuer? Issuer { get; init; }

    /// <summary>Our name for its subject.</summary>
    public required string Subject { get; init; }

    public required SubjectKind Kind { get; init; }

    /// <summary>Its claims; verified.</summary>
    public required Claims Claims { get; init; }

    /// <summary>Expiry, seconds since 1970.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>The client it was issued to, where it is ours.</summary>
    public string? ClientId { get; init; }

    /// <summary>The scopes it holds, each at a resource; null for kinds of token that have none of their own.</summary>
    public ImmutableArray<ScopeAt>? HeldScopes { get; init; }

    /// <summary>The chain in its <c>act</c>; null where it has none.</summary>
    public ActorChain? Act { get; init; }

    /// <summary>All that a revocation could name; its id is the parent of what is issued for it.</summary>
    public required TokenLineage Lineage { get; init; }

    public bool IsExternal => Issuer is not null;

    /// <summary>What an administrator said when minting it, where it is an impersonation token.</summary>
    public MintedToken? Minted { get; init; }

    /// <summary>What it stands for, where it is a refresh token itself.</summary>
    public RefreshGrant? Grant { get; init; }

    /// <summary>The refresh token that stands for it, where it is not shown itself but decided about again (RFC 6749 §6).</summary>
    public RefreshGrant? Redeemed { get; init; }

    /// <summary>The key that is consumed where its refresh token is rotated: of one that was used before, it was.</summary>
    public OneTimeKey? RotationKey => (Grant ?? Redeemed)?.Key;

    /// <summary>The lineage of the subject token behind a refresh token, where <see cref="Lineage"/> is the refresh token's.</summary>
    public TokenLineage? Origin { get; init; }
}
