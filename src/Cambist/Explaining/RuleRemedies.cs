using System.Text;

namespace Cambist;

/// <summary>What would let a rule take a request, or a deny entry let it through.</summary>
internal static class RuleRemedies
{
    const int LongestValue = 128;

    /// <summary>The rule that lacks the least, and each change that it lacks: in what is sent, or in the rule.</summary>
    public static IEnumerable<Remedy> OfNoRule(DecisionInput input, Refusal refusal)
    {
        var registry = refusal.Walk!.Registry;
        if (RuleSelection.Candidates(input, registry) is not { IsEmpty: false } candidates) yield break;
        var rule = RuleFit.Nearest(candidates, input);
        var failed = RuleFit.Of(rule, input).Where(check => !check.Holds).ToArray();
        if (failed.Length == 0) yield break; // on record only: what failed then does not now
        var then = refusal.Then(input, new(rule, RuleSelection.TargetOf(input, rule, registry)!));
        var place = $"rule {rule.Name} (line {rule.Position.Line})";

        // An actor token that is missing or too many is a matter of the request: a rule that wants one is not made to take none.
        if (failed is [{ What: RuleFit.Actor }])
        {
            if (input.Actor is not null) then = refusal.Then(input with { Actor = null }, new(rule, RuleSelection.TargetOf(input, rule, registry)!));
            yield return RemedyTexts.Ask($"{InRequest(failed[0], rule)}, as {place} says.{then}");
            yield break;
        }

        yield return RemedyTexts.Ask($"{string.Join("; ", failed.Select(check => InRequest(check, rule)))}. Then {place} takes it.{then}");
        var changes = failed.Where(check => check.What != RuleFit.Actor).Select(check => InRule(check, rule, input)).ToArray();
        var besides = changes.Length == failed.Length ? "" : $" And in the request: {InRequest(failed.First(check => check.What == RuleFit.Actor), rule)}.";
        yield return RemedyTexts.Registry(
            $"In {place}: {string.Join("; ", changes)}.{besides}{then}",
            "The rule was written to take no such token. Change it only if this subject, and every other that fits then, should be let in.");
    }

    static string InRequest(ExplainedCheck check, Rule rule) => check.What switch
    {
        RuleFit.Actor => rule.Actor is ActorRequirement.Token wanted ? $"Send an actor token of {RuleFit.Any(wanted.Issuers)}" : "Leave actor_token and actor_token_type out",
        RuleFit.Issuer => $"Send a subject token of {RuleFit.Any(rule.Subject.Issuers!)}",
        RuleFit.TokenType => $"Send one whose {check.What} {check.Required}",
        RuleFit.Kind => $"Send one whose {check.What} {check.Required}",
        _ => $"Send one of which {check.What[RuleFit.Where.Length..]} {check.Required} ({check.Seen})",
    };

    static string InRule(ExplainedCheck check, Rule rule, DecisionInput input)
    {
        var (selector, subject) = (rule.Subject, input.Subject);
        return check.What switch
        {
            RuleFit.Issuer => $"write subject.issuer: {WrittenYaml.List([.. selector.Issuers!.Order(StringComparer.Ordinal), subject.IssuerName])}",
            RuleFit.TokenType => $"write subject.token_types: {WrittenYaml.List([.. (selector.TokenTypes ?? []).Select(TokenKindNames.Of).Order(StringComparer.Ordinal), TokenKindNames.Of(subject.TokenType)])}",
            RuleFit.Kind => $"write subject.kind: {WrittenYaml.List([.. (selector.Kinds?.Select(DecisionInputJson.KindName) ?? ["user"]).Order(StringComparer.Ordinal), DecisionInputJson.KindName(subject.Kind)])}",
            _ => Condition(check, subject.Claims),
        };
    }

    static string Condition(ExplainedCheck check, Claims claims)
    {
        var path = check.What[RuleFit.Where.Length..];
        var isShort = ClaimPath.Parse(path) is { } at && claims.TryGet(at, out var claim) && claim.Kind is ClaimKind.String or ClaimKind.Number or ClaimKind.True or ClaimKind.False && claim.RawJson.Length <= LongestValue;
        return isShort && ClaimPath.Parse(path) is { } named && claims.TryGet(named, out var value)
            ? $"let subject.where say {WrittenYaml.Text(path)}: {Encoding.UTF8.GetString(value.RawJson)}, or take {path} out of it ({check.Required}, {check.Seen})"
            : $"take {path} out of subject.where ({check.Required}, {check.Seen})";
    }

    /// <summary>The entry that decides before every rule, with its line.</summary>
    public static IEnumerable<Remedy> OfDenied(DecisionInput input, Walk walk)
    {
        var rule = RuleSelection.FirstFit(RuleSelection.Candidates(input, walk.Registry), input);
        if (DenyCheck.FirstMatch(input, rule, RuleSelection.TargetOf(input, rule, walk.Registry), walk.Registry) is not { } entry) yield break;
        var checks = DenyChecks.Of(entry, input, rule).Where(check => !check.What.Equals("clients", StringComparison.Ordinal)).ToArray();
        if (checks.Length > 0) yield return RemedyTexts.Ask($"Send a request of which one of these is not so: {string.Join("; ", checks.Select(check => $"{check.What} {check.Required} ({check.Seen})"))}.");
        yield return RemedyTexts.Registry(
            $"Narrow or delete the deny entry {entry.Name} (line {entry.Position.Line}).",
            $"It is never allowed, whatever the rules say, because: {entry.Reason}. The refusal is most likely right.");
    }
}
