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
        var target = input.Target ?? (rule is null ? null : Target.Default(registry.Resources[rule.Targets.Keys[0]]));
        if (DenyCheck.FirstMatch(input, rule, target, registry) is { } deny)
            return DenyCheck.Refusal(deny);
        return rule is null ? NothingFits(candidates, input) : new SelectedRule(rule, target!);
    }

    public static ImmutableArray<Rule> Candidates(DecisionInput input, Registry registry) =>
        input.Target is { } target ? registry.Rules.For(input.Client.Id, target.Resource.Name) : registry.Rules.DefaultsFor(input.Client.Id);

    public static Rule? FirstFit(ImmutableArray<Rule> candidates, DecisionInput input)
    {
        foreach (var rule in candidates)
            if (Fit(rule, input).Fits) return rule;
        return null;
    }

    /// <summary>Whether a rule is selected; if not, how far it came and the entry that failed it.</summary>
    public static RuleFit Fit(Rule rule, DecisionInput input)
    {
        var subject = input.Subject;
        if (rule.Subject.Issuers is { } issuers && !issuers.Contains(subject.IssuerName)) return new(0, RuleMiss.Issuer);
        if (!TakesType(rule.Subject, subject)) return new(1, RuleMiss.TokenType);
        if (!TakesKind(rule.Subject, subject)) return new(2, RuleMiss.Kind);
        if (rule.Actor is ActorRequirement.Token != input.Actor is not null) return new(3, RuleMiss.ActorPresence);
        return rule.Subject.Where.FirstUnmet(subject.Claims) is { } unmet ? new(4, RuleMiss.Condition, unmet) : RuleFit.Yes;
    }

    /// <summary>Where a rule says nothing of token types: those that the issuer is trusted for, and of ours access tokens.</summary>
    static bool TakesType(SubjectSelector selector, ResolvedToken subject) =>
        selector.TokenTypes?.Contains(subject.TokenType) ?? subject.TokenType != TokenTypes.RefreshToken;

    /// <summary>Where a rule says nothing of kind: users of ours, and whatever an issuer's subjects are.</summary>
    static bool TakesKind(SubjectSelector selector, ResolvedToken subject) =>
        selector.Kinds is { } kinds ? kinds.Contains(subject.Kind) : subject.IsExternal || subject.Kind == SubjectKind.User;

    static Denied NothingFits(ImmutableArray<Rule> candidates, DecisionInput input)
    {
        var nearest = candidates.MaxBy(rule => Fit(rule, input).Steps)!;
        var count = candidates.Length == 1 ? "1 rule gives" : $"{candidates.Length} rules give";
        return new(Reason.NoRule,
            $"{count} {input.Target?.Resource.Name ?? "a default target"} to {input.Client.Id}; "
            + $"the nearest is {nearest.Name} (line {nearest.Position.Line}): {Explain(nearest, input)}.");
    }

    /// <summary>Why a rule does not fit, with the value seen.</summary>
    public static string Explain(Rule rule, DecisionInput input)
    {
        var subject = input.Subject;
        var fit = Fit(rule, input);
        return fit.Miss switch
        {
            RuleMiss.None => "it fits",
            RuleMiss.Issuer => $"subject.issuer is {List(rule.Subject.Issuers!)}, the token is from {subject.IssuerName}",
            RuleMiss.TokenType => $"subject.token_types is {(rule.Subject.TokenTypes is { } types ? List(types) : TokenTypes.AccessToken)}, the token was sent as {subject.TokenType}",
            RuleMiss.Kind => $"subject.kind is {(rule.Subject.Kinds is { } kinds ? List(kinds.Select(DecisionInputJson.KindName)) : "user")}, the token's subject is {DecisionInputJson.KindName(subject.Kind)}",
            RuleMiss.ActorPresence => input.Actor is null ? "it wants an actor token and none was sent" : "it takes no actor token and one was sent",
            _ => Matched(rule, fit.Entry!) + $"{fit.Entry!.Path} {fit.Entry.Condition.Describe()}, the token says {Trace.Show(subject.Claims, fit.Entry.Path)}",
        };
    }

    static string Matched(Rule rule, ConditionEntry failed)
    {
        var before = rule.Subject.Where.Entries.TakeWhile(entry => entry != failed).Select(entry => entry.Path.Text).ToArray();
        return before.Length == 0 ? "" : $"{string.Join(", ", before)} matched; ";
    }

    static string List(IEnumerable<string> values) => string.Join(" or ", values.Order(StringComparer.Ordinal));
}

/// <summary>What of a rule the request does not fit.</summary>
internal enum RuleMiss
{
    None,
    Issuer,
    TokenType,
    Kind,
    ActorPresence,
    Condition,
}

/// <summary>How a request fits a rule: how many selectors it passed, and the one that failed.</summary>
internal readonly record struct RuleFit(int Steps, RuleMiss Miss, ConditionEntry? Entry = null)
{
    public static readonly RuleFit Yes = new(5, RuleMiss.None);

    public bool Fits => Miss == RuleMiss.None;
}
