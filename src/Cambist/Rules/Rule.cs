using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>Who may exchange what for what.</summary>
sealed class Rule
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it stands in the document.</summary>
    public DocumentPosition Position { get; init; }

    /// <summary>Ids of the clients it is for; patterns are expanded.</summary>
    public required FrozenSet<string> Clients { get; init; }

    /// <summary>What subject tokens select it.</summary>
    public required SubjectSelector Subject { get; init; }

    /// <summary>Who the actor must be.</summary>
    public ActorRequirement Actor { get; init; } = ActorRequirement.Caller.Instance;

    /// <summary>What it can give, by resource name.</summary>
    public required FrozenDictionary<string, ScopeGrant> Targets { get; init; }

    /// <summary>The longest life of a token under it; null for the resource's.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>Whether the first hop from an external token may live longer than that token.</summary>
    public bool MayOutliveSubject { get; init; }

    /// <summary>Claims of tokens under it; win over the resource's by name.</summary>
    public ImmutableArray<ClaimMapping> Claims { get; init; } = [];

    /// <summary>Whether its one target is used when none is named.</summary>
    public bool IsDefaultTarget { get; init; }

    /// <summary>Evaluated and recorded, never decisive.</summary>
    public bool IsShadow { get; init; }

    /// <summary>Values of <c>requested_token_type</c> it serves; the first is what is issued where none is asked for.</summary>
    public ImmutableArray<string> RequestedTokenTypes { get; init; } = [Protocol.TokenTypes.AccessToken];

    /// <summary>How long a refresh token under it lives; null where it gives none.</summary>
    public TimeSpan? RefreshLifetime { get; init; }

    /// <summary>Whether each subject token can be used once a target.</summary>
    public bool IsOnce { get; init; }

    /// <summary>What proof of a key it asks for.</summary>
    public ProofRequirement Proof { get; init; }

    /// <summary>The most <c>act</c> levels of a token under it.</summary>
    public int MaxDepth { get; init; } = 5;
}

/// <summary>What subject tokens select a rule, or are matched by a deny entry. In a deny entry an absent part means any.</summary>
sealed class SubjectSelector
{
    /// <summary>Names from <c>issuers</c>, <c>self</c>, <c>impersonation</c>; null means any (deny entries only).</summary>
    public FrozenSet<string>? Issuers { get; init; }

    /// <summary>Token type URNs; null means those the issuer declares (rules), or any (deny entries).</summary>
    public FrozenSet<string>? TokenTypes { get; init; }

    /// <summary>Kinds of subject; null means any.</summary>
    public FrozenSet<SubjectKind>? Kinds { get; init; }

    /// <summary>Conditions on the claims.</summary>
    public ConditionSet Where { get; init; } = ConditionSet.Empty;
}

/// <summary>Who the actor must be.</summary>
abstract record ActorRequirement
{
    /// <summary><c>client</c>: the caller is the actor.</summary>
    public sealed record Caller : ActorRequirement
    {
        /// <summary>The only one.</summary>
        public static readonly Caller Instance = new();
    }

    /// <summary><c>none</c>: nobody is added; a chain that is there stays.</summary>
    public sealed record Nobody : ActorRequirement
    {
        /// <summary>The only one.</summary>
        public static readonly Nobody Instance = new();
    }

    /// <summary>An actor token is required and must match.</summary>
    /// <param name="Issuers">Names from <c>issuers</c>, or <c>self</c>.</param>
    /// <param name="Where">Conditions on its claims.</param>
    public sealed record Token(FrozenSet<string> Issuers, ConditionSet Where) : ActorRequirement;
}

/// <summary>What proof of a key a rule asks for.</summary>
enum ProofRequirement
{
    /// <summary>None.</summary>
    None,

    /// <summary>DPoP (RFC 9449).</summary>
    Dpop,

    /// <summary>A client certificate (RFC 8705).</summary>
    Mtls,

    /// <summary>The resource server that a bound token was sent to may exchange it with its own proof.</summary>
    Rebind,
}

/// <summary>What a rule can give at one resource.</summary>
abstract record ScopeGrant
{
    /// <summary>To a token without scopes of its own, all of these; to others, what they hold of these at that same resource.</summary>
    public sealed record Listed(ImmutableArray<string> Scopes) : ScopeGrant;

    /// <summary>Each scope on its own condition.</summary>
    public sealed record Mapped(ImmutableArray<ScopeEntitlement> Scopes) : ScopeGrant;
}

/// <summary>One scope that a rule can give, and what entitles to it.</summary>
/// <param name="Scope">The scope at the target.</param>
/// <param name="HeldAnyOf">Scopes one of which the subject token must hold; null for no condition (<c>true</c>).</param>
sealed record ScopeEntitlement(string Scope, ImmutableArray<HeldScope>? HeldAnyOf);

/// <summary>A scope that a subject token may hold.</summary>
/// <param name="Resource">At which resource; null for wherever the token's own is.</param>
/// <param name="Scope">The scope's name.</param>
readonly record struct HeldScope(string? Resource, string Scope);
