using System.Collections.Immutable;

namespace Cambist;

/// <summary>What deny entries do to an exchange that may happen: one that matches every time forbids it, others are told of.</summary>
internal static class ReachDenials
{
    enum Match
    {
        Never,
        Perhaps,
        Always,
    }

    /// <summary>Whether some entry forbids it whatever the token says; if none does, those that forbid it for some tokens.</summary>
    public static bool Forbid(ReachUse use, Rule rule, RegisteredClient caller, ProtectedResource target, Registry registry, out ImmutableArray<string> perhaps)
    {
        perhaps = [];
        foreach (var entry in registry.Deny)
        {
            if (entry.Clients?.Contains(caller.Id) == false || entry.Targets?.Contains(target.Name) == false) continue;
            var (subject, actor) = (OfSubject(entry, use, rule), OfActor(entry, rule, caller));
            if (subject == Match.Never || actor == Match.Never) continue;
            if (subject == Match.Always && actor == Match.Always) return true;
            perhaps = perhaps.Add($"unless {entry.Name} (line {entry.Position.Line}) denies it");
        }

        return false;
    }

    static Match OfSubject(DenyEntry entry, ReachUse use, Rule rule)
    {
        if (entry.Subject is not { } denied) return Match.Always;
        if (denied.Issuers?.Contains(use.IssuerName) == false || denied.TokenTypes?.Contains(use.Type) == false || denied.Kinds?.Contains(use.Origin.Kind) == false) return Match.Never;
        if (use.Known.AlwaysMatched(denied.Where, rule.Subject.Where)) return Match.Always;
        return use.Known.NeverMeets(denied.Where, rule.Subject.Where) ? Match.Never : Match.Perhaps;
    }

    static Match OfActor(DenyEntry entry, Rule rule, RegisteredClient caller)
    {
        if (entry.Actor is not { } denied) return Match.Always;
        return rule.Actor switch
        {
            ActorRequirement.Caller => denied.Issuers.Contains(ReservedNames.Self) && denied.Where.MayHold(DenyCheck.AsActor(caller)) ? Match.Always : Match.Never,
            ActorRequirement.Token wanted when !wanted.Issuers.Overlaps(denied.Issuers) => Match.Never,
            ActorRequirement.Token wanted => wanted.Issuers.IsSubsetOf(denied.Issuers) && denied.Where.Entries.IsEmpty ? Match.Always : Match.Perhaps,
            _ => Match.Never,
        };
    }
}
