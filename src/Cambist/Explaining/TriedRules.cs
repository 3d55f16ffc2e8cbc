using System.Collections.Immutable;

namespace Cambist;

/// <summary>The rules and deny entries that step 6 tries, each with what it asks for and what there was.</summary>
internal static class TriedRules
{
    /// <summary>Of so many an explanation tells; a registry may have ten thousand.</summary>
    const int Most = 100;

    /// <summary>Those that were tried: deny entries that name client and target, up to the one that matches, then rules up to the one that fits.</summary>
    public static ImmutableArray<ExplainedRule> Of(Walk walk)
    {
        if (walk.Input is not { } input || RuleSelection.Candidates(input, walk.Registry) is not { IsEmpty: false } candidates) return [];
        var tried = ImmutableArray.CreateBuilder<ExplainedRule>();
        var fitting = RuleSelection.FirstFit(candidates, input);
        var target = RuleSelection.TargetOf(input, fitting, walk.Registry);
        foreach (var entry in walk.Registry.Deny.Where(entry => DenyCheck.Names(entry, input.Client, target)).Take(Most))
        {
            tried.Add(Of(TriedKind.Deny, entry.Name, entry.Position, DenyChecks.Of(entry, input, fitting)));
            if (tried[^1].Fits) return tried.ToImmutable();
        }

        foreach (var rule in candidates.Take(Most))
        {
            tried.Add(Of(TriedKind.Rule, rule.Name, rule.Position, RuleFit.Of(rule, input)));
            if (rule == fitting) break;
        }

        foreach (var shadow in walk.Registry.Rules.All.Where(rule => rule.IsShadow && IsFor(rule, input)).Take(Most))
            tried.Add(Of(TriedKind.Shadow, shadow.Name, shadow.Position, RuleFit.Of(shadow, input)));
        return tried.ToImmutable();
    }

    static bool IsFor(Rule rule, DecisionInput input) =>
        rule.Clients.Contains(input.Client.Id) && (input.Target is { } target ? rule.Targets.ContainsKey(target.Resource.Name) : rule.IsDefaultTarget);

    static ExplainedRule Of(TriedKind kind, string name, DocumentPosition position, IEnumerable<ExplainedCheck> checks)
    {
        var told = ImmutableArray.CreateBuilder<ExplainedCheck>();
        foreach (var check in checks)
        {
            told.Add(check with { Seen = PrintableText.Of(check.Seen) });
            if (!check.Holds) break;
        }

        return new(kind, name, position.Line, told.All(check => check.Holds), told.ToImmutable());
    }
}
