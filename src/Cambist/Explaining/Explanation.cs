using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// A decision, step by step: what was seen, what was required, each rule that was tried, and for a refusal what would mend it. Made from
/// a walk that issued, spent and recorded nothing, or read back from a recorded one. Holds no token, and of claims only values that
/// were verified, but for <see cref="ExplainedStep.Unverified"/>.
/// </summary>
internal sealed record Explanation
{
    /// <summary>Why it is refused; <see cref="Reason.None"/> where it is not.</summary>
    public required Reason Reason { get; init; }

    /// <summary>The reason in a sentence, with the value seen and the place in the registry; null where it is not refused.</summary>
    public string? Detail { get; init; }

    public bool IsAllowed => Reason == Reason.None;

    /// <summary>The revision of the registry that decided.</summary>
    public required string RegistryRevision { get; init; }

    /// <summary>All ten, in order.</summary>
    public required ImmutableArray<ExplainedStep> Steps { get; init; }

    /// <summary>Deny entries and rules that were tried in step 6, in the order in which they were; empty where it was not reached.</summary>
    public ImmutableArray<ExplainedRule> Rules { get; init; } = [];

    /// <summary>What is given; null where it is refused.</summary>
    public ExplainedGrant? Grant { get; init; }

    /// <summary>What would allow it, the smallest change first; empty where it is allowed.</summary>
    public ImmutableArray<Remedy> Remedies { get; init; } = [];

    /// <summary>Of a walk that came to its end: what it found on its way, and why it would be refused, if it would.</summary>
    /// <param name="walk">The walk, of a client that was named and did not authenticate.</param>
    /// <param name="denied">Why it would be refused; null where it would not.</param>
    /// <param name="unverified">What is told of the request beyond what the walk verified.</param>
    public static Explanation Of(Walk walk, Denied? denied, UnverifiedFacts unverified) => WalkExplained.Of(walk, denied, unverified);

    /// <summary>
    /// Of what is on record, decided again as far as the record goes; verdict and reason are those of the entry. Null for an entry of
    /// no request for a token.
    /// </summary>
    /// <param name="entry">The entry.</param>
    /// <param name="registry">The registry that decided, where there still is one.</param>
    public static Explanation? OfEntry(LedgerEntry entry, Registry? registry) => EntryExplained.Of(entry, registry);
}

/// <summary>How a step ended.</summary>
internal enum StepVerdict
{
    /// <summary>It found nothing against the request.</summary>
    Passed,

    /// <summary>It refused.</summary>
    Refused,

    /// <summary>A step before it refused.</summary>
    NotReached,

    /// <summary>There was nothing for it to do, such as no actor token to resolve.</summary>
    NotNeeded,

    /// <summary>Nothing can be said: it is not asked where nobody asks for a token, or what it saw is not on record.</summary>
    NotKnown,
}

/// <summary>One of the ten steps.</summary>
/// <param name="Step">Which.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="Seen">What it saw, a fact a line.</param>
/// <param name="Required">What it required and did not find; null where it did not refuse.</param>
internal sealed record ExplainedStep(DecisionStep Step, StepVerdict Verdict, ImmutableArray<string> Seen, string? Required = null)
{
    /// <summary>
    /// Where it refuses a dry run: what the request says, beside what the registry has, a fact a line. Nobody vouches for it, so it is
    /// never recorded; see <see cref="UnverifiedFacts"/>.
    /// </summary>
    public ImmutableArray<string> Unverified { get; init; } = [];
}

/// <summary>What kind of entry was tried.</summary>
internal enum TriedKind
{
    /// <summary>A deny entry: where all its checks hold, it refuses.</summary>
    Deny,

    /// <summary>A rule: the first of which all hold decides.</summary>
    Rule,

    /// <summary>A shadow rule: it is tried and decides nothing.</summary>
    Shadow,
}

/// <summary>A rule or deny entry that was tried.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Name">Its name.</param>
/// <param name="Line">Its line in the registry.</param>
/// <param name="Fits">Whether every check holds.</param>
/// <param name="Checks">What it asks for, in its order; up to and with the first that does not hold.</param>
internal sealed record ExplainedRule(TriedKind Kind, string Name, int Line, bool Fits, ImmutableArray<ExplainedCheck> Checks);

/// <summary>One entry of a rule, held against the request.</summary>
/// <param name="What">The entry, as the registry names it, such as <c>subject.where.ref_protected</c>.</param>
/// <param name="Required">What it asks for, such as <c>must be true</c>.</param>
/// <param name="Seen">What there was.</param>
/// <param name="Holds">Whether that is enough.</param>
internal sealed record ExplainedCheck(string What, string Required, string Seen, bool Holds);

/// <summary>What a request that is allowed gets.</summary>
internal sealed record ExplainedGrant
{
    /// <summary>The rule.</summary>
    public required string Rule { get; init; }

    /// <summary>The resource's name.</summary>
    public required string Target { get; init; }

    /// <summary>The token's <c>aud</c>.</summary>
    public required string Audience { get; init; }

    /// <summary>Its <c>sub</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>The names of its <c>act</c> chain, newest first.</summary>
    public ImmutableArray<string> Actors { get; init; } = [];

    /// <summary>Its scopes.</summary>
    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>How long it lives, in seconds.</summary>
    public required long ExpiresIn { get; init; }

    /// <summary>Token type URN of the answer.</summary>
    public required string TokenType { get; init; }

    /// <summary>Whether a refresh token goes along.</summary>
    public bool HasRefreshToken { get; init; }
}

/// <summary>Where something would have to change.</summary>
internal enum RemedyPlace
{
    /// <summary>In what is sent.</summary>
    Request,

    /// <summary>In the registry.</summary>
    Registry,

    /// <summary>At the issuer, the network, the clock: neither of the two.</summary>
    Elsewhere,
}

/// <summary>One change that would allow what was refused.</summary>
/// <param name="Place">Where.</param>
/// <param name="Change">What to do, in a sentence, with the line to write where there is one.</param>
/// <param name="Caution">What to think of before doing it, where it would open something; null where it is harmless.</param>
internal sealed record Remedy(RemedyPlace Place, string Change, string? Caution = null);
