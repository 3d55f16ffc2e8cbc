using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>An issuer whose tokens we accept, and how far.</summary>
sealed class TrustedIssuer
{
    /// <summary>Its name in the registry.</summary>
    public required string Name { get; init; }

    /// <summary>Its <c>iss</c>, compared byte for byte; null for a custom resolver.</summary>
    public string? Issuer { get; init; }

    /// <summary>Whether its subjects are people or workloads: <see cref="SubjectKind.User"/> or <see cref="SubjectKind.Client"/>.</summary>
    public SubjectKind Kind { get; init; }

    /// <summary>How its identity becomes our <c>sub</c>.</summary>
    public required SubjectTemplate Subject { get; init; }

    /// <summary>Where its keys come from.</summary>
    public IssuerKeySource Keys { get; init; } = IssuerKeySource.Discovery.Instance;

    /// <summary>Algorithms its tokens may be signed with.</summary>
    public ImmutableArray<JwsAlgorithm> Algorithms { get; init; } = [.. JwsAlgorithm.DefaultOfIssuers];

    /// <summary>The kinds of token it is trusted for, by token type URN; empty for a custom resolver, which decides itself.</summary>
    public required FrozenDictionary<string, TrustedTokenKind> Tokens { get; init; }

    /// <summary>Conditions on every token of this issuer.</summary>
    public ConditionSet Where { get; init; } = ConditionSet.Empty;

    /// <summary>Whether its tokens may be subject tokens.</summary>
    public bool IsTrustedForSubjects { get; init; } = true;

    /// <summary>Whether its tokens may be actor tokens.</summary>
    public bool IsTrustedForActors { get; init; }

    /// <summary>Whether tokens that carry <c>act</c> are admitted.</summary>
    public bool AcceptsAct { get; init; }

    /// <summary>Whether <c>auth_time</c>, <c>acr</c> and <c>amr</c> are carried over (RFC 9068 §2.2.1).</summary>
    public bool PassesAssurance { get; init; }

    /// <summary>Its introspection endpoint, for opaque tokens.</summary>
    public IntrospectionEndpoint? Introspection { get; init; }

    /// <summary>A custom resolver of the same name, rather than an issuer with keys.</summary>
    public bool IsResolver { get; init; }

    /// <summary>What its tokens of a type must be; null where it is not trusted for them. A resolver without kinds judges all of them itself.</summary>
    public TrustedTokenKind? KindOf(string tokenType) =>
        Tokens.TryGetValue(tokenType, out var declared) ? declared
        : IsResolver && Tokens.Count == 0 ? new() { TokenType = tokenType, Audiences = FrozenSet<string>.Empty, Types = FrozenSet<string>.Empty }
        : null;
}

/// <summary>Whose identity a subject is. Every token descended from a workload or impersonation token keeps that kind.</summary>
enum SubjectKind
{
    /// <summary>A person.</summary>
    User,

    /// <summary>A client or workload.</summary>
    Client,

    /// <summary>A person, impersonated.</summary>
    Impersonated,
}

/// <summary>Where an issuer's keys come from.</summary>
abstract record IssuerKeySource
{
    /// <summary>Its discovery document: OpenID Connect's, else RFC 8414's.</summary>
    public sealed record Discovery : IssuerKeySource
    {
        /// <summary>The only one.</summary>
        public static readonly Discovery Instance = new();
    }

    /// <summary>A JWK set at a URL.</summary>
    public sealed record JwksUri(Uri Uri) : IssuerKeySource;

    /// <summary>A JWK set in a file of the secrets folder; the path is absolute.</summary>
    public sealed record JwksFile(string Path) : IssuerKeySource;
}

/// <summary>How one kind of token of an issuer is accepted.</summary>
sealed class TrustedTokenKind
{
    /// <summary>The token type URN.</summary>
    public required string TokenType { get; init; }

    /// <summary>Audiences one of which (for an ID token: each of which) the token's <c>aud</c> must be; names are resolved.</summary>
    public required FrozenSet<string> Audiences { get; init; }

    /// <summary>Accepted values of <c>typ</c> in lower case without <c>application/</c>; the empty string stands for an absent one.</summary>
    public required FrozenSet<string> Types { get; init; }

    /// <summary>The longest time since <c>iat</c>; null for no limit but <c>exp</c>.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Which of its scopes mean something here: its own name for a scope, and what is held by it. Access tokens only.</summary>
    public FrozenDictionary<string, ScopeAt> Scopes { get; init; } = FrozenDictionary<string, ScopeAt>.Empty;

    /// <summary>The claim that scopes are read from; null for <c>scope</c>, else <c>scp</c>.</summary>
    public ClaimPath? ScopesFrom { get; init; }
}

/// <summary>A scope, held at or given for one resource.</summary>
readonly record struct ScopeAt(string Resource, string Scope);

/// <summary>An issuer's introspection endpoint (RFC 7662).</summary>
/// <param name="Uri">Its URL.</param>
/// <param name="ClientId">Our name there.</param>
/// <param name="ClientSecret">Our secret there; sent to that endpoint and nowhere else.</param>
/// <param name="Prefix">What its tokens begin with; null where no other issuer has one.</param>
sealed record IntrospectionEndpoint(Uri Uri, string ClientId, string ClientSecret, string? Prefix)
{
    /// <summary>Keeps the secret out of logs and debuggers.</summary>
    public override string ToString() => Uri.ToString();
}
