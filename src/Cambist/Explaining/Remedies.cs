using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>A request that was refused, for whoever looks for what would allow it.</summary>
/// <param name="Walk">How far it came; null where that is not on record.</param>
/// <param name="Denied">Why it was refused.</param>
/// <param name="IsRecorded">Whether the walk was rebuilt from a record, which lacks claims and <c>act</c>: then steps 7 and 8 cannot be decided again.</param>
internal sealed record Refusal(Walk? Walk, Denied Denied, bool IsRecorded)
{
    /// <summary>What a change comes to: what the request is refused for next. Decided again, and empty where it is allowed, or that cannot be.</summary>
    /// <param name="input">The request, changed or not.</param>
    /// <param name="selected">The rule that would be selected, changed or not.</param>
    public string Then(DecisionInput input, SelectedRule selected) =>
        CanDecide(input, selected.Rule) && Next(input, selected) is { } next ? $" That alone is not enough; it is refused next for {next.Reason.WireName()}: {next.Detail}" : "";

    public bool CanDecide(DecisionInput input, Rule rule) => !IsRecorded && rule.Actor is ActorRequirement.Token == input.Actor is not null;

    public Denied? Next(DecisionInput input, SelectedRule selected)
    {
        var registry = Walk!.Registry;
        if (DenyCheck.FirstMatch(input, selected.Rule, selected.Target, registry) is { } entry) return DenyCheck.Refusal(entry);
        if (Entitlement.Check(input, selected, registry) is { } notEntitled) return notEntitled;
        return TokenDecision.Decide(input, selected).Gives(out _, out var refused) ? null : refused;
    }
}

/// <summary>What would allow what was refused: the smallest change first, and never one that opens something without saying so.</summary>
internal static class Remedies
{
    /// <summary>With the names that the walk knows; else what is to be done about the reason in general.</summary>
    public static ImmutableArray<Remedy> Of(Refusal refusal)
    {
        ImmutableArray<Remedy> own = refusal.Walk is { } walk ? [.. OfWalk(walk, refusal)] : [];
        return own.IsEmpty ? [.. RemedyTexts.Of(refusal.Denied.Reason)] : [.. own.Select(Printable)];
    }

    static IEnumerable<Remedy> OfWalk(Walk walk, Refusal refusal) => (refusal.Denied.Reason, walk) switch
    {
        (Reason.ClientAuthenticationFailed, _) => [],
        (Reason.GrantNotAllowed, { Client: { } client, Subject: null }) => ClientRemedies.OfGrant(client, walk),
        (Reason.SubjectIssuerUntrusted or Reason.ActorIssuerUntrusted, { Untrusted: { } token, Client: { } client }) => IssuerRemedies.OfUntrusted(token, client, walk.Registry),
        (Reason.SubjectAudienceMismatch or Reason.SubjectNotForCaller, { Client: { IsPublic: true } client }) => [ClientRemedies.OfPublic(client, walk.Registry)],
        (Reason.SubjectNotForCaller, { Subject: { } subject, Client: { } client }) when !refusal.IsRecorded => ClientRemedies.OfUse(subject, client, walk.Registry),
        (Reason.ActorNotForCaller, { Actor: { } actor, Client: { } client }) when !refusal.IsRecorded => ClientRemedies.OfUse(actor, client, walk.Registry),
        (Reason.TargetMissing or Reason.TargetUnknown, { Client: { } client }) => TargetRemedies.OfNone(client, walk.Registry, refusal.Denied.Reason),
        (Reason.TargetNotAllowed, { Input: { Target: { } target } input }) => TargetRemedies.OfNotAllowed(input, target, refusal),
        (Reason.NoRule, { Input: { } input, Selected: null }) => RuleRemedies.OfNoRule(input, refusal),
        (Reason.Denied, { Input: { } input }) => DenyRemedies.Of(input, walk),
        (Reason.ChainTooDeep, { Selected.Rule: { } rule }) =>
            [RemedyTexts.Ask("Exchange a token that fewer have passed on."), RemedyTexts.Registry($"In rule {rule.Name} (line {rule.Position.Line}), write max_depth: {rule.MaxDepth + 1}.", "A long chain is often a loop: see first who calls whom.")],
        (Reason.OnceUsedUp, { Selected.Rule: { } rule }) =>
            [RemedyTexts.Ask($"{RemedyTexts.AnotherToken} {RemedyTexts.PerhapsStolen}"), RemedyTexts.Registry($"Take once out of {rule.Place()}.", "A token that was seen on its way can then be exchanged again.")],
        (Reason.ActorMismatch, { Input: { Actor: { } actor } input, Selected: { Rule.Actor: ActorRequirement.Token wanted } selected }) => ActorRemedies.OfMismatch(input, actor, wanted, selected, refusal),
        (Reason.ScopeNotGranted or Reason.NothingToGrant, { Input: { } input, Selected: { } selected }) => ScopeRemedies.Of(input, selected, refusal),
        _ => [],
    };

    static Remedy Printable(Remedy remedy) => remedy with { Change = PrintableText.Of(remedy.Change), Caution = remedy.Caution is { } caution ? PrintableText.Of(caution) : null };
}
