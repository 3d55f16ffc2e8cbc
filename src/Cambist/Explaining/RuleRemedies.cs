using System.Text;
using Cambist.Protocol;

namespace Cambist;

/// <summary>What would let a rule take a request.</summary>
internal static class RuleRemedies
{
    /// <summary>
    /// Of the rule that lacks the least: conditions that are written for another JSON type, then what to send instead, then what the rule could take besides.
    /// </summary>
    public static IEnumerable<Remedy> OfNoRule(DecisionInput input, Refusal refusal)
    {
        var registry = refusal.Walk!.Registry;
        if (RuleSelection.Candidates(input, registry) is not { IsEmpty: false } candidates) yield break;
        var rule = RuleFit.Nearest(candidates, input);
        var failed = RuleFit.Of(rule, input).Where(check => !check.Holds).Select(check => check.What).ToHashSet();
        if (failed.Count == 0) yield break; // on record only: what failed then does not now
        var target = RuleSelection.TargetOf(input, rule, registry)!;

        // An actor token that is missing or too many is a matter of the request: a rule that wants one is not made to take none.
        var asked = rule.Actor is ActorRequirement.Token ? input : input with { Actor = null };
        if (failed.SetEquals([RuleFit.Actor]))
        {
            yield return RemedyTexts.Ask($"{Capital(ActorWords(rule))}, as {rule.Place()} says.{refusal.Then(asked, new(rule, target))}");
            yield break;
        }

        var others = OtherShape.AllOf(rule.Subject.Where, input.Subject.Claims).ToArray();
        var mended = Mended(rule, others);
        foreach (var remedy in others.Select(other => OfShape(other, rule, RuleSelection.Fits(mended, asked) ? refusal.Then(asked, new(mended, target)) : ""))) yield return remedy;

        failed = [.. RuleFit.Of(mended, input).Where(check => !check.Holds).Select(check => check.What)];
        if (failed.Count == 0 || failed.SetEquals([RuleFit.Actor])) yield break;
        var wider = WiderRule.Of(mended, input);
        yield return RemedyTexts.Ask(
            $"Send {TokenWords(mended, input, failed)}{(failed.Contains(RuleFit.Actor) ? $", and {ActorWords(rule)}" : "")}. "
            + (wider is null ? $"{Capital(rule.Place())} refuses every other by design." : $"Then {rule.Place()} takes it.")
            + (failed.Any(what => what is RuleFit.Issuer or RuleFit.TokenType or RuleFit.Kind) ? "" : refusal.Then(asked, new(mended, target))));
        if (wider is { } found && OfWider(found.Rule, found.Changes, asked, target, failed, refusal) is { } widening) yield return widening;
    }

    static Rule Mended(Rule rule, OtherShape[] others)
    {
        if (others.Length == 0) return rule;
        var better = others.Where(other => other.Better is not null).ToDictionary(other => other.Entry, other => other.Better!);
        return rule.With(subject: rule.Subject.Where(rule.Subject.Where.Entries.Select(entry => better.TryGetValue(entry, out var condition) ? entry with { Condition = condition } : entry)));
    }

    static Remedy OfShape(OtherShape other, Rule rule, string then)
    {
        var seen = $"The token's {other.Entry.Path} is {other.Seen}, and {rule.Place()} {other.Asked}: ";
        if (other.Better is null) return RemedyTexts.Elsewhere($"{seen}that never holds. Have the issuer send what the rule compares it with, or write the condition for what it sends.");
        return RemedyTexts.Registry(
            $"{seen}write {other.Yaml}.{(other.Holds ? "" : " That does not hold for this token either.")}{then}",
            other.Better is ContainsCondition ? $"Every token of which {other.Entry.Path} holds it fits then, whatever else it holds." : null);
    }

    /// <summary>One token more, tried before it is advised: what is somebody else's stays so, whatever a rule takes.</summary>
    static Remedy? OfWider(Rule wider, IReadOnlyList<string> changes, DecisionInput asked, Target target, HashSet<string> failed, Refusal refusal)
    {
        if (failed.Contains(RuleFit.Issuer) || failed.Contains(RuleFit.TokenType))
        {
            if (wider.Clients.Any(id => refusal.Walk!.Registry.Clients[id].IsPublic)) return null; // of those the registry takes only some tokens (PublicClients)
            if (!refusal.CanDecide(asked, wider) || refusal.Next(asked, new(wider, target))?.Reason is Reason.SubjectNotForCaller) return null;
        }

        return RemedyTexts.Registry(
            $"In {wider.Place()}: {string.Join("; ", changes)}.{(failed.Contains(RuleFit.Actor) ? $" And in the request: {ActorWords(wider)}." : "")}{refusal.Then(asked, new(wider, target))}",
            "The rule was written to take no such token. Change it only if this subject, and every other that fits then, should be let in.");
    }

    static string ActorWords(Rule rule) =>
        rule.Actor is ActorRequirement.Token wanted ? $"send an actor token of {RuleFit.Any(wanted.Issuers)}" : "leave actor_token and actor_token_type out";

    /// <summary>The token that the rule takes: whose, what it is, and what this one lacks.</summary>
    static string TokenWords(Rule rule, DecisionInput input, HashSet<string> failed)
    {
        var (selector, claims) = (rule.Subject, input.Subject.Claims);
        var words = new StringBuilder(failed.Contains(RuleFit.Issuer) ? string.Join(" or ", selector.Issuers!.Order(StringComparer.Ordinal).Select(IssuerWords)) : "a token");
        if (failed.Contains(RuleFit.TokenType)) words.Append($" sent as {(selector.TokenTypes is { } types ? RuleFit.Any(types.Select(TokenKindNames.Of)) : "an access token")}");
        if (failed.Contains(RuleFit.Kind)) words.Append($" whose subject is of kind {(selector.Kinds is { } kinds ? RuleFit.Any(kinds.Select(DecisionInputJson.KindName)) : "user")}");
        var unmet = selector.Where.Entries.Where(entry => ConditionSet.Test(entry, claims) != ConditionResult.Yes).ToArray();
        if (unmet.Length == 0) return words.ToString();
        words.Append(' ').AppendJoin(" and ", unmet.Select(WrittenCondition.Words));
        return words.Append($" (of this one {string.Join(", ", unmet.Select(entry => $"{entry.Path} is {Trace.Show(claims, entry.Path)}"))})").ToString();
    }

    static string IssuerWords(string name) => name switch
    {
        ReservedNames.Self => "an access token that this server issued",
        ReservedNames.Impersonation => "an impersonation token (POST /admin/v1/impersonation-tokens)",
        _ => $"a token of {name}",
    };

    static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
