using Cambist.Protocol;

namespace Cambist;

/// <summary>What was decided.</summary>
public enum DecisionOutcome
{
    /// <summary>A token was issued.</summary>
    Issued = 1,

    /// <summary>The request was refused.</summary>
    Refused = 2,

    /// <summary>An administrator did something, a client gave back a token of its own, or one that was used again ended its branch.</summary>
    AdminAct = 3,

    /// <summary>Several things that were only counted, such as failed client authentications.</summary>
    Counted = 4,
}

/// <summary>Whose token it is, in an entry.</summary>
/// <param name="Issuer">
/// The name of the issuer in the registry, or <c>self</c> or <c>impersonation</c>; <c>os-user</c> for the account of the machine
/// under which an administrator acted.
/// </param>
/// <param name="Sub">Our name for it; empty where an administrator revoked or cancelled by id or issuer, and named nobody.</param>
/// <param name="Lineage">The token's lineage id.</param>
public sealed record RecordedParty(string Issuer, string Sub, string? Lineage);

/// <summary>Requests that were only counted, in an entry.</summary>
/// <param name="Count">How many.</param>
/// <param name="Address">An IPv4 address, an IPv6 network (<c>2001:db8:1:2::/64</c>) or <c>local</c>; null for several.</param>
/// <param name="From">The first was not earlier than this, milliseconds since 1970.</param>
/// <param name="Until">The last was not later.</param>
public sealed record CountedRequests(long Count, string? Address, long From, long Until);

/// <summary>What a shadow rule would have decided, in an entry.</summary>
/// <param name="Rule">The shadow rule that would have been the one to decide.</param>
/// <param name="Target">The resource's name: that of the request, or the rule's default.</param>
/// <param name="Reason">Why it would have refused; <see cref="Protocol.Reason.None"/> where a token would have been issued.</param>
/// <param name="Scopes">The scopes it would have given.</param>
public sealed record ShadowVerdict(string Rule, string Target, Reason Reason, IReadOnlyList<string> Scopes);

/// <summary>
/// One decision, allowed or refused. Holds no token, no secret, no unverified claim; of the verified claims only those
/// that the registry's conditions and templates name.
/// </summary>
public sealed record LedgerEntry
{
    DecisionId _id;
    readonly ReadOnlyMemory<byte> _input;

    /// <summary>Given by the ledger when the entry is committed; none before.</summary>
    public DecisionId Id
    {
        get => _id;
        init => _id = value;
    }

    /// <summary>This entry, committed under an id. For whoever made it, once the ledger is done with it.</summary>
    internal LedgerEntry CommittedAs(DecisionId id)
    {
        _id = id;
        return this;
    }

    /// <summary>What was decided.</summary>
    public required DecisionOutcome Outcome { get; init; }

    /// <summary>Why it was refused; <see cref="Reason.None"/> where it was not.</summary>
    public Reason Reason { get; init; }

    /// <summary>The grant type asked for, or the name of the admin act.</summary>
    public required string Action { get; init; }

    /// <summary>
    /// The authenticated client's id. Of a <see cref="DecisionOutcome.Counted"/> entry: the id that was presented, or
    /// <c>unknown client</c> where the registry knows no such; null for several. Of an administrator's revocation: the client whose
    /// tokens are revoked.
    /// </summary>
    public string? Client { get; init; }

    /// <summary>The subject, as far as its token was verified; of an admin act, whom it concerns.</summary>
    public RecordedParty? Subject { get; init; }

    /// <summary>The actor of an actor token, as far as it was verified.</summary>
    public RecordedParty? Actor { get; init; }

    /// <summary>The names of the <c>act</c> chain of the issued token, newest first.</summary>
    public IReadOnlyList<string> ActorChain { get; init; } = [];

    /// <summary>Lineage id (<c>jti</c>) of the issued token.</summary>
    public string? IssuedId { get; init; }

    /// <summary>The resource's name.</summary>
    public string? Target { get; init; }

    /// <summary>The scopes asked for; null where none were.</summary>
    public IReadOnlyList<string>? ScopesAsked { get; init; }

    /// <summary>The scopes given.</summary>
    public IReadOnlyList<string> ScopesGiven { get; init; } = [];

    /// <summary>The rule that decided.</summary>
    public string? Rule { get; init; }

    /// <summary>The registry revision that was in force.</summary>
    public required string RegistryRevision { get; init; }

    /// <summary>Expiry of the issued token, milliseconds since 1970.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>The <see cref="DecisionInput"/> as a JSON object, UTF-8: what explain and replay decide again. Empty where the request did not get so far.</summary>
    public ReadOnlyMemory<byte> Input
    {
        get => InputToRecord is { } unwritten ? unwritten.Encode() : _input;
        init => (_input, InputToRecord) = (value, null);
    }

    /// <summary>The same, not encoded yet; in place of <see cref="Input"/>.</summary>
    internal InputToRecord? InputToRecord { get; init; }

    /// <summary>For a refusal, what each step saw, one line a step, at most 8 KB. For an admin act, what was done and the reason given.</summary>
    public string? Trace { get; init; }

    /// <summary>What would have happened with the shadow rules live; null where none of them would have decided.</summary>
    public ShadowVerdict? Shadow { get; init; }

    /// <summary>Of a <see cref="DecisionOutcome.Counted"/> entry: how many, from where, and when.</summary>
    public CountedRequests? Counted { get; init; }

    // What must happen with the entry or not at all; not part of what is kept.

    /// <summary>Keys that this entry consumes.</summary>
    public IReadOnlyList<OneTimeKey> Consumes { get; init; } = [];

    /// <summary>Tokens to store with the entry.</summary>
    public IReadOnlyList<StoredToken> Stores { get; init; } = [];

    /// <summary>
    /// The latest expiry of the external tokens that were shown, granted or not, milliseconds since 1970; 0 where there was none.
    /// A revocation of one outlives it.
    /// </summary>
    public long ExternalUntil { get; init; }

    /// <summary>Lineages that must not be revoked: the subject's, and the actor's.</summary>
    public IReadOnlyList<TokenLineage> DependsOn { get; init; } = [];
}
