using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>The rule that decides, and the target it decides about.</summary>
internal sealed record SelectedRule(Rule Rule, Target Target);

/// <summary>
/// Step 6: deny entries first, then the first rule that fits client, target, subject and presence of an actor token. Pure
/// look-up; nothing after it falls through to another rule.
/// </summary>
internal static class RuleSelection
{
    public static Result<SelectedRule> Select(Walk walk, DecisionInput input)
    {
        var result = Select(input, walk.Registry);
        if (result.Gives(out var selected, out _)) (walk.Selected, walk.Target) = (selected, selected.Target); // the target may be the rule's default
        return result;
    }

    public static Result<SelectedRule> Select(DecisionInput input, Registry registry)
    {
        var candidates = Candidates(input, registry);
        if (candidates.IsEmpty)
        {
            return input.Target is { } wanted
                ? new Denied(Reason.TargetNotAllowed, $"no rule lets {input.Client.Id} have a token for {wanted.Resource.Name}")
                : new Denied(Reason.TargetMissing, $"neither resource nor audience was sent, and no rule of {input.Client.Id} has default_target");
        }

        var rule = FirstFit(candidates, input);
        var target = TargetOf(input, rule, registry);
        if (DenyCheck.FirstMatch(input, rule, target, registry) is { } deny)
            return DenyCheck.Refusal(deny);
        return rule is null ? NothingFits(candidates, input) : new SelectedRule(rule, target!);
    }

    public static ImmutableArray<Rule> Candidates(DecisionInput input, Registry registry) =>
        input.Target is { } target ? registry.Rules.For(input.Client.Id, target.Resource.Name) : registry.Rules.DefaultsFor(input.Client.Id);

    /// <summary>The target that was named, or the rule's default.</summary>
    public static Target? TargetOf(DecisionInput input, Rule? rule, Registry registry) =>
        input.Target ?? (rule is null ? null : Target.Default(registry.Resources[rule.Targets.Keys[0]]));

    public static Rule? FirstFit(ImmutableArray<Rule> candidates, DecisionInput input)
    {
        foreach (var rule in candidates)
            if (Fits(rule, input)) return rule;
        return null;
    }

    /// <summary>Whether a rule is selected. <see cref="RuleFit"/> says the same check by check.</summary>
    public static bool Fits(Rule rule, DecisionInput input) => FitsButForConditions(rule, input) && rule.Subject.Where.FirstUnmet(input.Subject.Claims) is null;

    /// <summary>The same, whatever the claims say.</summary>
    public static bool FitsButForConditions(Rule rule, DecisionInput input)
    {
        var subject = input.Subject;
        return rule.Subject.Issuers?.Contains(subject.IssuerName) != false
            && TakesType(rule.Subject, subject)
            && TakesKind(rule.Subject, subject)
            && rule.Actor is ActorRequirement.Token == input.Actor is not null;
    }

    /// <summary>Where a rule says nothing of token types: those that the issuer is trusted for, and of ours access tokens.</summary>
    public static bool TakesType(SubjectSelector selector, ResolvedToken subject) =>
        selector.TokenTypes?.Contains(subject.TokenType) ?? subject.TokenType != TokenTypes.RefreshToken;

    /// <summary>Where a rule says nothing of kind: users of ours, and whatever an issuer's subjects are.</summary>
    public static bool TakesKind(SubjectSelector selector, ResolvedToken subject) =>
        selector.Kinds is { } kinds ? kinds.Contains(subject.Kind) : subject.IsExternal || subject.Kind == SubjectKind.User;

    static Denied NothingFits(ImmutableArray<Rule> candidates, DecisionInput input)
    {
        var nearest = RuleFit.Nearest(candidates, input);
        var count = candidates.Length == 1 ? "1 rule gives" : $"{candidates.Length} rules give";
        return new(Reason.NoRule,
            $"{count} {input.Target?.Resource.Name ?? "a default target"} to {input.Client.Id}; "
            + $"the nearest is {nearest.Name} (line {nearest.Position.Line}): {RuleFit.Explain(nearest, input)}.");
    }
}
