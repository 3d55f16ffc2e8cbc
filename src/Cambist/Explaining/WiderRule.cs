using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// A rule that also takes what this token is: by one issuer, type or kind more, or one string more beside those that a condition takes. Nothing else is ever
/// loosened: a flag, a bound or a <c>not</c> was written to keep tokens out.
/// </summary>
internal static class WiderRule
{
    const int LongestValue = 128;

    /// <summary>The rule and what to write, or null where it was written to refuse such tokens.</summary>
    public static (Rule Rule, IReadOnlyList<string> Changes)? Of(Rule rule, DecisionInput input)
    {
        var (selector, subject, changes) = (rule.Subject, input.Subject, new List<string>());
        var (issuers, types, kinds) = (selector.Issuers, selector.TokenTypes, selector.Kinds);
        if (issuers?.Contains(subject.IssuerName) == false)
        {
            issuers = [.. issuers, subject.IssuerName];
            changes.Add($"write subject.issuer: {WrittenYaml.List(issuers.Order(StringComparer.Ordinal))}");
        }

        if (!RuleSelection.TakesType(selector, subject))
        {
            types = [.. types ?? [TokenTypes.AccessToken], subject.TokenType];
            changes.Add($"write subject.token_types: {WrittenYaml.List(types.Select(TokenKindNames.Of).Order(StringComparer.Ordinal))}");
        }

        if (!RuleSelection.TakesKind(selector, subject))
        {
            kinds = [.. kinds ?? [SubjectKind.User], subject.Kind];
            changes.Add($"write subject.kind: {WrittenYaml.List(kinds.Select(DecisionInputJson.KindName).Order(StringComparer.Ordinal))}");
        }

        var where = new List<ConditionEntry>();
        foreach (var entry in selector.Where.Entries)
        {
            where.Add(entry);
            if (ConditionSet.Test(entry, subject.Claims) == ConditionResult.Yes) continue;
            if (Value(entry.Path, subject.Claims) is not { } value || Widened(entry.Condition, value) is not { } wider) return null;
            where[^1] = entry with { Condition = wider };
            changes.Add(entry.Condition is ListedCondition listed ? $"add {WrittenCondition.Yaml(value)} to lists.{listed.Name}" : $"let subject.where say {WrittenCondition.Yaml(where[^1])}");
        }

        return (rule.With(subject: new() { Issuers = issuers, TokenTypes = types, Kinds = kinds, Where = new([.. where]) }), changes);
    }

    /// <summary>A short string or whole number that a list can hold: true and false are flags, and * would be a pattern there.</summary>
    static Condition? Value(ClaimPath path, Claims claims)
    {
        if (!claims.TryGet(path, out var claim)) return null;
        if (claim.Kind == ClaimKind.Number && claim.TryGetInt64(out var number)) return new IntegerCondition(number);
        return claim.GetString() is { Length: > 0 and <= LongestValue } text && !IsFlag(text) && !text.Contains('*', StringComparison.Ordinal) && PrintableText.Of(text) == text ? new TextCondition(text) : null;
    }

    static AnyOfCondition? Widened(Condition condition, Condition value) => condition switch
    {
        AnyOfCondition one => one.Alternatives.All(TakesMore) ? new([.. one.Alternatives, value]) : null,
        _ => TakesMore(condition) ? new([condition, value]) : null,
    };

    static bool TakesMore(Condition condition) => condition switch
    {
        TextCondition text => !IsFlag(text.Text) && !text.Text.Contains('*', StringComparison.Ordinal),
        PatternCondition or IntegerCondition or ListedCondition => true,
        _ => false,
    };

    static bool IsFlag(string text) => bool.TryParse(text, out _);
}
