using Cambist.Protocol;

namespace Cambist;

/// <summary>Who acts: the actor that an exchange adds to the chain, and whether it may (RFC 8693 §1.1, §4.1).</summary>
internal static class Delegate
{
    /// <summary>Step 7's half: the rule's <c>actor</c> and <c>max_depth</c>, and <c>may_act</c> of the subject token.</summary>
    public static Denied? Check(DecisionInput input, SelectedRule selected, Registry registry)
    {
        var rule = selected.Rule;
        if (rule.Actor is ActorRequirement.Token wanted && Matches(rule, wanted, input.Actor!) is { } mismatch) return mismatch;
        if (MayAct.Check(input.Subject, input.Actor, input.Client, registry) is { } forbidden) return forbidden;

        var depth = (input.Subject.Act?.Names.Count ?? 0) + (NewActor(input, rule) is null ? 0 : 1);
        return depth > rule.MaxDepth
            ? new(Reason.ChainTooDeep, $"the token would carry {depth} levels of act; rule {rule.Name} allows {rule.MaxDepth} (max_depth)")
            : null;
    }

    /// <summary>The name to put outermost: null under <c>actor: none</c>, and where it is the current actor already (DL-09).</summary>
    public static string? NewActor(DecisionInput input, Rule rule)
    {
        var actor = rule.Actor switch
        {
            ActorRequirement.Caller => input.Client.Id,
            ActorRequirement.Token => input.Actor!.Subject,
            _ => null,
        };
        return actor is not null && input.Subject.Act?.IsCurrent(actor) == true ? null : actor;
    }

    /// <summary>An actor token of an issuer that the rule takes no actors of.</summary>
    public static Denied? CheckIssuer(Rule rule, ActorRequirement.Token wanted, ResolvedToken actor) => wanted.Issuers.Contains(actor.IssuerName)
        ? null
        : new(Reason.ActorMismatch, $"rule {rule.Name} (line {rule.Position.Line}) takes actors of {string.Join(" or ", wanted.Issuers.Order(StringComparer.Ordinal))}; this one is from {actor.IssuerName}");

    static Denied? Matches(Rule rule, ActorRequirement.Token wanted, ResolvedToken actor)
    {
        if (CheckIssuer(rule, wanted, actor) is { } another) return another;
        return wanted.Where.FirstUnmet(actor.Claims) is { } unmet
            ? new(Reason.ActorMismatch, $"actor.where: {unmet.Path} {unmet.Condition.Describe()}, the actor token says {Trace.Show(actor.Claims, unmet.Path)}")
            : null;
    }
}
