using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>What would give a scope: another question, another token, or what to write under <c>targets</c>.</summary>
internal static class ScopeRemedies
{
    public static IEnumerable<Remedy> Of(DecisionInput input, SelectedRule selected, Refusal refusal)
    {
        var (rule, target) = selected;
        var grant = rule.Targets[target.Resource.Name];
        var possible = ScopeDecision.Possible(grant, input.Subject, target.Resource.Name, out _);
        ImmutableArray<string> missing = [.. (input.Scopes ?? NamesOf(grant)).Where(scope => !possible.Contains(scope))];
        if (!possible.IsEmpty)
            yield return RemedyTexts.Ask($"Ask for no more than scope={string.Join(' ', possible)}, or leave scope out to get that.{refusal.Then(input with { Scopes = possible }, selected)}");

        if (input.Subject.Redeemed is not null)
        {
            yield return RemedyTexts.Ask("Exchange a subject token again for more: a refresh never gives a scope that was not given first.");
            yield break;
        }

        foreach (var (scope, heldAnyOf) in Conditions(grant, input.Subject, target).Where(one => one.HeldAnyOf is not null && missing.Contains(one.Scope)))
            yield return RemedyTexts.Ask($"Exchange a token that holds {string.Join(" or ", heldAnyOf!.Value.Select(held => held.Resource is null ? held.Scope : $"{held.Resource}/{held.Scope}"))}: it entitles to {scope}.");

        var undefined = ScopeText.ForRecord([.. missing.Where(scope => !target.Resource.Scopes.Contains(scope))]);
        if (!undefined.IsEmpty)
        {
            yield return RemedyTexts.Registry($"resources.{target.Resource.Name}.scopes has no {string.Join(" and no ", undefined)}: see how it is spelt{(Meant(undefined[0], target) is { } near ? $", perhaps {near} is meant" : "")}, or define it there first.");
            yield break;
        }

        if (Widened(grant, missing, input.Subject, target) is not { } widened)
        {
            if (input.Subject is { IsExternal: true, HeldScopes.IsEmpty: true })
            {
                yield return RemedyTexts.Registry(
                    $"The token holds no scope that means anything here: name those of its scopes that do in scopes of {TokenKindNames.Of(input.Subject.TokenType)}, in issuers.{input.Subject.IssuerName}.tokens.",
                    $"Every token of {input.Subject.IssuerName} that holds them then counts as holding them here.");
            }

            yield break; // what a token must hold is not waived for one that does not hold it
        }

        yield return RemedyTexts.Registry(
            $"In {rule.Place()}, write targets: {{ {WrittenYaml.Text(target.Resource.Name)}: {WrittenYaml.Grant(widened)}{(rule.Targets.Count > 1 ? ", … the others as they are" : "")} }}.{refusal.Then(input, new(rule.With(targets: Only(target, widened)), target))}",
            Caution(widened, missing));
    }

    static string Caution(ScopeGrant widened, ImmutableArray<string> missing) => widened switch
    {
        ScopeGrant.Listed => $"Every token that the rule takes can then get {string.Join(' ', missing)}: those with scopes of their own if they hold it, all others as they are.",
        ScopeGrant.Mapped mapped when mapped.Scopes.Any(one => missing.Contains(one.Scope) && one.HeldAnyOf is null) => $"Every token that the rule takes can then get {string.Join(' ', missing)}: with true it need hold nothing.",
        _ => $"Every token that the rule takes and that holds one of the scopes named can then get {string.Join(' ', missing)}.",
    };

    static string? Meant(string scope, Target target) => Spelling.Nearest(scope, target.Resource.Scopes.Order(StringComparer.Ordinal));

    /// <summary>What entitles to each scope; of a list, for a token with scopes of its own, the same scope at the target.</summary>
    static ImmutableArray<ScopeEntitlement> Conditions(ScopeGrant grant, ResolvedToken subject, Target target) => grant switch
    {
        ScopeGrant.Mapped mapped => mapped.Scopes,
        ScopeGrant.Listed listed when subject.HeldScopes is not null => [.. listed.Scopes.Select(scope => new ScopeEntitlement(scope, [new(target.Resource.Name, scope)]))],
        _ => [],
    };

    static ImmutableArray<string> NamesOf(ScopeGrant grant) => grant switch
    {
        ScopeGrant.Listed listed => listed.Scopes,
        ScopeGrant.Mapped mapped => [.. mapped.Scopes.Select(one => one.Scope)],
        _ => [],
    };

    /// <summary>
    /// The same grant, and for the scopes that are missing what this token holds as the condition; a list where a list will do. Null where that
    /// would waive what a token must hold: for a scope that had a condition, true is never the answer.
    /// </summary>
    static ScopeGrant? Widened(ScopeGrant grant, ImmutableArray<string> missing, ResolvedToken subject, Target target)
    {
        if (grant is ScopeGrant.Listed listed && (subject.HeldScopes is not { } own || missing.All(scope => own.Contains(new(target.Resource.Name, scope)))))
            return new ScopeGrant.Listed([.. listed.Scopes.Union(missing)]);

        var entitling = subject.HeldScopes is { } held ? SuggestedRule.Entitling(held) : null;
        var before = Conditions(grant, subject, target);
        if (entitling is null && (subject.HeldScopes is not null || before.Any(one => missing.Contains(one.Scope)))) return null;
        return new ScopeGrant.Mapped(
        [
            .. before.Select(one => missing.Contains(one.Scope) && one.HeldAnyOf is { } wanted ? new(one.Scope, [.. wanted.Union(entitling!.Value)]) : one),
            .. missing.Where(scope => !before.Any(one => one.Scope == scope)).Select(scope => new ScopeEntitlement(scope, entitling)),
        ]);
    }

    static FrozenDictionary<string, ScopeGrant> Only(Target target, ScopeGrant grant) => new Dictionary<string, ScopeGrant> { [target.Resource.Name] = grant }.ToFrozenDictionary();
}
