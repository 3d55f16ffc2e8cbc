using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Whether caller and actor of a recorded request may use its tokens under a draft (step 7). What that rests on is not kept (<c>aud</c>,
/// <c>client_id</c>, <c>azp</c>, <c>cnf</c>, <c>may_act</c>, <c>act</c>), so it is taken from what was found then, where the draft leaves alone what it was found by.
/// </summary>
internal static class ReplayedUse
{
    /// <summary>A refusal, or a doubt in words; null where they may.</summary>
    public static (Denied? Denied, string Detail)? Check(LedgerEntry entry, RegistryChange change, RecordedInput then)
    {
        if (Found(entry, then) is not { } found) return (null, "it was refused before it was found out whether the caller may use the token, and the entry does not say");
        if (IsOfTheTokenAlone(found)) return (new(found, "as it was refused then"), "");
        var names = change.Client(then.Input.Client.Id);
        if (then.HasMayAct && (names != EntitlementChange.Same || !change.HasSameIssuers)) return (null, "whom may_act names depends on known_as and on issuers, which the draft changes");
        if (found == Reason.None) return names is EntitlementChange.Same or EntitlementChange.Wider ? null : (null, Changed(then));
        return names is EntitlementChange.Same or EntitlementChange.Narrower ? (new(found, "as it was refused then"), "") : (null, Changed(then));
    }

    static string Changed(RecordedInput then) => $"the draft changes by what tokens are {then.Input.Client.Id}'s to use: known_as, serves, whether it is public, or our issuer";

    /// <summary>What was granted or came to a later step was found to be the caller's to use.</summary>
    static Reason? Found(LedgerEntry entry, RecordedInput then) =>
        entry.Outcome == DecisionOutcome.Issued ? Reason.None
        : then.Entitlement is { } recorded ? recorded.Reason
        : entry.Reason is Reason.ChainTooDeep or Reason.RequestedTokenTypeUnsupported || entry.Reason.Step() >= DecisionStep.Decide ? Reason.None
        : null;

    static bool IsOfTheTokenAlone(Reason reason) => reason is Reason.SubjectKeyBound or Reason.ActorKeyBound or Reason.ActorIsMinter
        or Reason.SubjectActMalformed or Reason.ActorActMalformed or Reason.SubjectActNotAccepted or Reason.ActorActNotAccepted;

    /// <summary>How many levels of <c>act</c> the token would carry, at least and at most.</summary>
    public static (int Least, int Most) ActLevels(LedgerEntry entry, RegistryChange change, RecordedInput then, DecisionInput now, Rule rule)
    {
        var adds = rule.Actor is ActorRequirement.Nobody ? 0 : 1;
        if (then.Entitlement is { ActLevels: var levels }) return (levels == 0 ? adds : levels, levels + adds);
        if (entry.Outcome != DecisionOutcome.Issued || change.RuleThen(entry.Rule) is not { } ruleThen) return (adds, 16 + adds);

        // the current actor is not added twice, so it may have been there before
        var carried = entry.ActorChain.Count;
        var added = ruleThen.Actor is ActorRequirement.Nobody ? 0 : 1;
        if (added == adds && now.Actor?.Subject == then.Input.Actor?.Subject) return (carried, carried);
        return (carried - added, carried + adds);
    }
}
