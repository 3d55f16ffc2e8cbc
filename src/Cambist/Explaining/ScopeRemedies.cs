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

        if (grant is ScopeGrant.Mapped mapped)
        {
            foreach (var (scope, heldAnyOf) in mapped.Scopes.Where(one => one.HeldAnyOf is not null && missing.Contains(one.Scope)))
                yield return RemedyTexts.Ask($"Exchange a token that holds {string.Join(" or ", heldAnyOf!.Value.Select(held => held.Resource is null ? held.Scope : $"{held.Resource}/{held.Scope}"))}: it entitles to {scope}.");
        }

        var undefined = ScopeText.ForRecord([.. missing.Where(scope => !target.Resource.Scopes.Contains(scope))]);
        if (!undefined.IsEmpty)
        {
            yield return RemedyTexts.Registry($"resources.{target.Resource.Name}.scopes has no {string.Join(" and no ", undefined)}: see how it is spelt{(Meant(undefined[0], target) is { } near ? $", perhaps {near} is meant" : "")}, or define it there first.");
            yield break;
        }

        var widened = Widened(grant, missing, input.Subject, target.Resource.Name);
        yield return RemedyTexts.Registry(
            $"In rule {rule.Name} (line {rule.Position.Line}), write targets: {{ {WrittenYaml.Text(target.Resource.Name)}: {WrittenYaml.Grant(widened)}{(rule.Targets.Count > 1 ? ", … the others as they are" : "")} }}.{refusal.Then(input, new(With(rule, target, widened), target))}",
            $"Every token that the rule takes{(IsFree(widened, missing) ? ", whatever it holds," : " and that holds as much")} can then get {string.Join(' ', missing)}.");
    }

    /// <summary>Whether one of these is then given without condition, for this token holds nothing that could be one.</summary>
    static bool IsFree(ScopeGrant grant, ImmutableArray<string> missing) =>
        grant is ScopeGrant.Mapped mapped && mapped.Scopes.Any(one => one.HeldAnyOf is null && missing.Contains(one.Scope));

    static string? Meant(string scope, Target target) => Spelling.Nearest(scope, target.Resource.Scopes.Order(StringComparer.Ordinal));

    static ImmutableArray<string> NamesOf(ScopeGrant grant) => grant switch
    {
        ScopeGrant.Listed listed => listed.Scopes,
        ScopeGrant.Mapped mapped => [.. mapped.Scopes.Select(one => one.Scope)],
        _ => [],
    };

    /// <summary>The same grant, and for the scopes that are missing what this token holds as the condition; a list where a list will do.</summary>
    static ScopeGrant Widened(ScopeGrant grant, ImmutableArray<string> missing, ResolvedToken subject, string target)
    {
        if (grant is ScopeGrant.Listed listed && (subject.HeldScopes is not { } own || missing.All(scope => own.Contains(new(target, scope)))))
            return new ScopeGrant.Listed([.. listed.Scopes.Union(missing)]);

        var entitling = subject.HeldScopes is { } held ? SuggestedRule.Entitling(held) : null;
        var before = grant is ScopeGrant.Mapped mapped ? mapped.Scopes : [.. NamesOf(grant).Select(scope => new ScopeEntitlement(scope, [new(target, scope)]))];
        return new ScopeGrant.Mapped(
        [
            .. before.Select(one => missing.Contains(one.Scope) ? Widened(one, entitling) : one),
            .. missing.Where(scope => !before.Any(one => one.Scope == scope)).Select(scope => new ScopeEntitlement(scope, entitling)),
        ]);
    }

    static ScopeEntitlement Widened(ScopeEntitlement scope, ImmutableArray<HeldScope>? entitling) =>
        new(scope.Scope, entitling is { } more && scope.HeldAnyOf is { } before ? [.. before.Union(more)] : null);

    static Rule With(Rule rule, Target target, ScopeGrant grant) => new()
    {
        Name = rule.Name,
        Position = rule.Position,
        Clients = rule.Clients,
        Subject = rule.Subject,
        Actor = rule.Actor,
        Targets = new Dictionary<string, ScopeGrant> { [target.Resource.Name] = grant }.ToFrozenDictionary(),
        RequestedTokenTypes = rule.RequestedTokenTypes,
        RefreshLifetime = rule.RefreshLifetime,
        IsOnce = rule.IsOnce,
        Proof = rule.Proof,
        MaxDepth = rule.MaxDepth,
    };
}
