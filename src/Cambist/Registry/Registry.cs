using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Cambist;

/// <summary>
/// One revision of the registry document, compiled: immutable, checked whole, indexed for the walk of a request. A request
/// reads one of these from beginning to end, whatever is activated meanwhile.
/// </summary>
public sealed class Registry
{
    /// <summary>The first 16 hex digits of SHA-256 over the document's text.</summary>
    public required string Revision { get; init; }

    /// <summary>Our identifier: the <c>iss</c> of our tokens, byte for byte.</summary>
    public required string Issuer { get; init; }

    /// <summary>Which error codes the token endpoint answers.</summary>
    public ErrorProfile ErrorCodes { get; init; }

    /// <summary>How our tokens are signed.</summary>
    internal SigningPolicy Signing { get; init; } = SigningPolicy.Default;

    /// <summary>Issuers by name.</summary>
    internal FrozenDictionary<string, TrustedIssuer> Issuers { get; init; } = FrozenDictionary<string, TrustedIssuer>.Empty;

    /// <summary>Resources by name; always holds the built-in <c>cambist-admin</c>.</summary>
    public required FrozenDictionary<string, ProtectedResource> Resources { get; init; }

    /// <summary>Clients by id.</summary>
    public required FrozenDictionary<string, RegisteredClient> Clients { get; init; }

    /// <summary>Deny entries, in document order.</summary>
    internal ImmutableArray<DenyEntry> Deny { get; init; } = [];

    /// <summary>Who may exchange what for what.</summary>
    internal RuleBook Rules { get; init; } = new([]);

    /// <summary>Trusted issuers by the exact value of <c>iss</c>.</summary>
    internal FrozenDictionary<string, TrustedIssuer> IssuersByIdentifier { get; init; } = FrozenDictionary<string, TrustedIssuer>.Empty;

    /// <summary>Resources by each of their names: the name itself and every identifier.</summary>
    internal FrozenDictionary<string, ProtectedResource> ResourcesByAnyName { get; init; } = FrozenDictionary<string, ProtectedResource>.Empty;

    /// <summary>Resources by those of their identifiers that can be sent as <c>resource</c>: absolute URIs without a fragment (RFC 8707 §2).</summary>
    internal FrozenDictionary<string, ProtectedResource> ResourcesByIndicator { get; init; } = FrozenDictionary<string, ProtectedResource>.Empty;

    /// <summary>Every claim that a condition or a template of this registry names: what a ledger entry keeps of a token's claims.</summary>
    internal ImmutableArray<ClaimPath> MentionedClaims { get; init; } = [];

    /// <summary>Whether a secret stands in the document itself, which is not shown then.</summary>
    internal bool HoldsSecret { get; init; }

    /// <summary>Which issuer subjects of our tokens came from.</summary>
    internal SubjectOrigins Origins => field ??= new(Issuers.Values);

    KnownTexts Texts => field ??= new(this);

    /// <summary>UTF-8 as a string: of what the registry or the protocol names, the string that is there already.</summary>
    public string TextOf(ReadOnlySpan<byte> utf8) => Texts.Of(utf8);

    /// <summary>The revision a text is or would be.</summary>
    internal static string RevisionOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];

    /// <summary>The longest life of a token issued under it, refresh tokens included.</summary>
    internal TimeSpan LongestLife =>
        Resources.Values.Select(resource => resource.TokenLifetime).Concat(Rules.All.Select(rule => rule.RefreshLifetime ?? TimeSpan.Zero)).Max();
}

/// <summary>Which error codes the token endpoint answers; <c>reason</c> is the same in both.</summary>
public enum ErrorProfile
{
    /// <summary><c>invalid_grant</c> for bad tokens, as most deployments do. The default.</summary>
    Common,

    /// <summary>The letter of RFC 8693 §2.2.2, which is about exchanges: <c>invalid_request</c>. Refreshes have the codes of RFC 6749 §5.2 all the same.</summary>
    Rfc8693,
}

/// <summary>How our tokens are signed.</summary>
/// <param name="Algorithm">One of <see cref="JwsAlgorithm.Signing"/>.</param>
/// <param name="RotateEvery">How long a key signs.</param>
sealed record SigningPolicy(JwsAlgorithm Algorithm, TimeSpan RotateEvery)
{
    /// <summary>ES256, 90 days.</summary>
    public static readonly SigningPolicy Default = new(JwsAlgorithm.ES256, TimeSpan.FromDays(90));

    /// <summary>The longest life of a token we sign: of its resource's, which no rule and no subject lengthens.</summary>
    public TimeSpan LongestLife { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>Names that mean something of their own and can be nobody's.</summary>
public static class ReservedNames
{
    /// <summary>Ourselves as an issuer.</summary>
    public const string Self = "self";

    /// <summary>Impersonation tokens as an issuer.</summary>
    public const string Impersonation = "impersonation";

    /// <summary>The built-in resource of the admin API.</summary>
    public const string AdminResource = "cambist-admin";

    /// <summary>Scopes of the admin API.</summary>
    public static readonly IReadOnlyList<string> AdminScopes = ["registry", "impersonation", "tokens", "audit", "keys"];

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Self, Impersonation, "server", "resources", "none", "client", AdminResource];
}
