using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>How a decision comes out under another registry, held against how it came out then.</summary>
internal enum ReplayVerdict
{
    /// <summary>As it was: refused, or issued with the same scopes.</summary>
    Same,

    /// <summary>It was refused and would be issued.</summary>
    NewlyAllowed,

    /// <summary>It was issued and would be refused.</summary>
    NewlyRefused,

    /// <summary>It was issued and would be with other scopes, or for another resource where none was named.</summary>
    ChangedScopes,

    /// <summary>It differs, and would in the same way under the registry in force now: not through the draft, but through edits made since.</summary>
    DiffersAlready,

    /// <summary>It rests on what is not on record.</summary>
    Undecidable,
}

/// <summary>Why a decision cannot be decided again for certain.</summary>
internal enum Doubt
{
    /// <summary>It was refused before any rule was asked, and what the rules would be asked about was not kept.</summary>
    RefusedBefore,

    /// <summary>The store has no text of the registry that decided, or one that does not compile now.</summary>
    RevisionUnknown,

    /// <summary>A condition or a subject's name rests on a claim that the registry then did not name.</summary>
    ClaimNotKept,

    /// <summary>A condition rests on a value that was too long to be kept whole.</summary>
    ValueCut,

    /// <summary>What the registry says of the token's issuer changed in something that only the token itself could answer.</summary>
    IssuerChanged,

    /// <summary>Who may use the token rests on what changed, or on what the entry does not say.</summary>
    Entitlement,

    /// <summary>How many levels <c>act</c> has is not known well enough for <c>max_depth</c>.</summary>
    ActDepth,

    /// <summary>What only the ledger or the written token could say: <c>once</c>, the token's size, code of the application.</summary>
    LaterStep,

    /// <summary>What the refresh token stands for is not kept with the entry.</summary>
    RefreshToken,

    /// <summary>An issuer or resource has another name in the draft.</summary>
    Renamed,
}

/// <summary>One decision, decided again.</summary>
/// <param name="Verdict">How it compares.</param>
/// <param name="Cause">The draft's reason, the doubt, or how it differs already, by its wire name; empty for the other verdicts.</param>
/// <param name="Detail">In a sentence, for an example; empty where nothing changes.</param>
internal readonly record struct Replayed(ReplayVerdict Verdict, string Cause, string Detail)
{
    /// <summary>What the draft gives; null where it refuses, or nobody knows.</summary>
    public Given? Now { get; init; }

    /// <summary>What a registry gives.</summary>
    /// <param name="Rule">The rule's name.</param>
    /// <param name="Target">The resource's.</param>
    /// <param name="Scopes">The scopes.</param>
    public sealed record Given(string Rule, string Target, ImmutableArray<string> Scopes)
    {
        /// <summary>Whether a token of the one is worth what a token of the other is, whatever the rule.</summary>
        public bool IsWorth(string? target, IReadOnlyCollection<string> scopes) => Target == target && scopes.Count == Scopes.Length && scopes.All(scope => Scopes.Contains(scope));
    }

    /// <summary>Whether it comes out otherwise than it did.</summary>
    public bool IsDifference => Verdict is ReplayVerdict.NewlyAllowed or ReplayVerdict.NewlyRefused or ReplayVerdict.ChangedScopes;

    /// <summary>Whether it was and would be issued, by another rule.</summary>
    public bool HasOtherRule(LedgerEntry entry) => Now is { } given && entry.Outcome == DecisionOutcome.Issued && given.Rule != entry.Rule;

    /// <summary>Holds what the draft says against what was decided.</summary>
    public static Replayed Of(LedgerEntry entry, Result<Given> now)
    {
        var wasIssued = entry.Outcome == DecisionOutcome.Issued;
        if (!now.Gives(out var given, out var denied)) return wasIssued ? new(ReplayVerdict.NewlyRefused, denied.Reason.WireName(), denied.Detail) : new(ReplayVerdict.Same, "", "");
        if (!wasIssued) return new(ReplayVerdict.NewlyAllowed, "", $"it was refused: {entry.Reason.WireName()}; it would be given {Shown(given.Target, given.Scopes)}") { Now = given };
        return given.IsWorth(entry.Target, entry.ScopesGiven)
            ? new(ReplayVerdict.Same, "", "") { Now = given }
            : new(ReplayVerdict.ChangedScopes, "", $"{Shown(entry.Target, entry.ScopesGiven)} → {Shown(given.Target, given.Scopes)}") { Now = given };
    }

    /// <summary>The same, told apart where the registry in force comes out like the draft: a refusal is one for whatever reason.</summary>
    /// <param name="inForce">The decision under the registry in force.</param>
    public Replayed Beside(Replayed inForce)
    {
        if (!IsDifference || inForce.Verdict != Verdict) return this;
        if (Now is { } now && !now.IsWorth(inForce.Now!.Target, inForce.Now.Scopes)) return this;
        return this with { Verdict = ReplayVerdict.DiffersAlready, Cause = Verdict.WireName() };
    }

    public static Replayed Unknown(Doubt doubt, string detail) => new(ReplayVerdict.Undecidable, doubt.WireName(), detail);

    static string Shown(string? target, IReadOnlyCollection<string> scopes) => $"{target}: {(scopes.Count == 0 ? "no scope" : string.Join(' ', scopes))}";
}

/// <summary>Words for verdicts and doubts, in reports and JSON.</summary>
internal static class ReplayNames
{
    public static string WireName(this ReplayVerdict verdict) => verdict switch
    {
        ReplayVerdict.NewlyAllowed => "newly_allowed",
        ReplayVerdict.NewlyRefused => "newly_refused",
        ReplayVerdict.ChangedScopes => "changed_scopes",
        ReplayVerdict.DiffersAlready => "differs_already",
        ReplayVerdict.Undecidable => "undecidable",
        _ => "same",
    };

    public static string WireName(this Doubt doubt) => doubt switch
    {
        Doubt.RefusedBefore => "refused_before_the_rules",
        Doubt.RevisionUnknown => "revision_unknown",
        Doubt.ClaimNotKept => "claim_not_recorded",
        Doubt.ValueCut => "value_cut",
        Doubt.IssuerChanged => "issuer_changed",
        Doubt.Entitlement => "entitlement_not_recorded",
        Doubt.ActDepth => "act_depth_not_recorded",
        Doubt.LaterStep => "later_step",
        Doubt.RefreshToken => "refresh_token",
        _ => "renamed",
    };
}
