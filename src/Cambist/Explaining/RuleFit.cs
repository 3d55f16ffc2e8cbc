namespace Cambist;

/// <summary>What a rule asks of a request, in the order of <see cref="RuleSelection.Fits"/>, with what there was.</summary>
internal static class RuleFit
{
    public const string Issuer = "subject.issuer";
    public const string TokenType = "subject.token_types";
    public const string Kind = "subject.kind";
    public const string Actor = "actor";
    public const string Where = "subject.where.";

    public static IEnumerable<ExplainedCheck> Of(Rule rule, DecisionInput input)
    {
        var (selector, subject) = (rule.Subject, input.Subject);
        if (selector.Issuers is { } issuers)
            yield return new(Issuer, $"must be {Any(issuers)}", $"the token is from {subject.IssuerName}", issuers.Contains(subject.IssuerName));
        yield return new(
            TokenType,
            selector.TokenTypes is { } types ? $"must be {Any(types.Select(TokenKindNames.Of))}" : $"must be any but {TokenKindNames.RefreshToken}",
            $"the token was sent as {TokenKindNames.Of(subject.TokenType)}",
            RuleSelection.TakesType(selector, subject));
        yield return new(
            Kind,
            selector.Kinds is { } kinds ? $"must be {Any(kinds.Select(DecisionInputJson.KindName))}" : subject.IsExternal ? "may be any" : "must be user",
            $"the token's subject is of kind {DecisionInputJson.KindName(subject.Kind)}",
            RuleSelection.TakesKind(selector, subject));
        yield return ActorCheck(rule, input);
        foreach (var check in Conditions(Where, selector.Where, subject.Claims, takesUndecided: false)) yield return check;
    }

    static ExplainedCheck ActorCheck(Rule rule, DecisionInput input)
    {
        var isWanted = rule.Actor is ActorRequirement.Token;
        var sent = input.Actor is null ? "none was sent" : isWanted ? "one was sent; whose it is, step 7 asks" : "one was sent";
        return new(Actor, isWanted ? "wants an actor token" : "takes no actor token", sent, isWanted == input.Actor is not null);
    }

    /// <param name="prefix">What stands before the claim's path.</param>
    /// <param name="where">The conditions.</param>
    /// <param name="claims">Of a token that was verified.</param>
    /// <param name="takesUndecided">Whether a claim that is missing or of another type counts as met, as it does for deny entries.</param>
    public static IEnumerable<ExplainedCheck> Conditions(string prefix, ConditionSet where, Claims claims, bool takesUndecided)
    {
        foreach (var entry in where.Entries)
        {
            var result = ConditionSet.Test(entry, claims);
            var counts = takesUndecided && result == ConditionResult.Undecided ? ", which counts as met" : "";
            yield return new($"{prefix}{entry.Path}", entry.Condition.Describe(), $"the token says {Trace.Show(claims, entry.Path)}{counts}", result == ConditionResult.Yes || counts.Length > 0);
        }
    }

    /// <summary>Why a rule does not fit, with the value seen.</summary>
    public static string Explain(Rule rule, DecisionInput input)
    {
        var checks = Of(rule, input).ToArray();
        if (Array.Find(checks, check => !check.Holds) is not { } failed) return "it fits";
        if (!failed.What.StartsWith(Where, StringComparison.Ordinal)) return $"{failed.What} {failed.Required}, {failed.Seen}";
        var matched = string.Join(", ", checks.Where(check => check.What.StartsWith(Where, StringComparison.Ordinal)).TakeWhile(check => check.Holds).Select(Path));
        return $"{(matched.Length == 0 ? "" : $"{matched} matched; ")}{Path(failed)} {failed.Required}, {failed.Seen}";
    }

    /// <summary>
    /// The rule that lacks the least: of those for this issuer's tokens the one with the fewest checks that fail, and of these the one that
    /// came furthest.
    /// </summary>
    public static Rule Nearest(IEnumerable<Rule> rules, DecisionInput input) => rules
        .Select(rule => (Rule: rule, Checks: Of(rule, input).ToArray()))
        .OrderBy(one => one.Checks.Any(check => check is { What: Issuer, Holds: false }))
        .ThenBy(one => one.Checks.Count(check => !check.Holds))
        .ThenByDescending(one => one.Checks.TakeWhile(check => check.Holds).Count())
        .First().Rule;

    public static string Any(IEnumerable<string> values) => string.Join(" or ", values.Order(StringComparer.Ordinal));

    static string Path(ExplainedCheck check) => check.What[Where.Length..];
}
