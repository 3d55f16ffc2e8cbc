namespace Cambist;

/// <summary>Whether one condition says all that another does. Sound: true only where it is certain.</summary>
static class ConditionImplication
{
    const int MostPairs = 2_500;

    /// <summary>Whether whatever meets all of <paramref name="stricter"/> meets all of <paramref name="wider"/>.</summary>
    public static bool Implies(IReadOnlyCollection<ConditionEntry> stricter, IReadOnlyCollection<ConditionEntry> wider) =>
        wider.All(wide => stricter.Any(strict => strict.Path.Equals(wide.Path) && Implies(strict.Condition, wide.Condition)));

    /// <summary>Whether every claim that meets <paramref name="strict"/> meets <paramref name="wide"/>.</summary>
    public static bool Implies(Condition strict, Condition wide)
    {
        (strict, wide) = (Unwrapped(strict), Unwrapped(wide));
        if (IsSame(strict, wide)) return true;
        if (strict is AnyOfCondition several)
            return several.Alternatives.Length * (long)((wide as AnyOfCondition)?.Alternatives.Length ?? 1) <= MostPairs && several.Alternatives.All(one => Implies(one, wide));
        return wide switch
        {
            AnyOfCondition any => any.Alternatives.Any(one => Implies(strict, one)),
            PatternCondition pattern => (strict is TextCondition text && pattern.Pattern.Matches(text.Text))
                || (pattern.Pattern.Text.Length > 1 && pattern.Pattern.Text.All(c => c == '*') && strict is PatternCondition),
            IntegerCondition or BooleanCondition => strict is TextCondition text && text.Text == Literal(wide),
            BoundCondition bound => strict is BoundCondition tighter && tighter.IsLower == bound.IsLower
                && (bound.IsLower ? tighter.Bound >= bound.Bound : tighter.Bound <= bound.Bound),
            ContainsCondition contains => strict is ContainsCondition other && Implies(other.Element, contains.Element),
            // only exists, and not around it, hold for a claim that is missing
            ExistsCondition { Exists: true } => strict is not (ExistsCondition or NotCondition { Inner: ExistsCondition or NotCondition }),
            _ => false,
        };
    }

    /// <summary>Whether no claim can meet both.</summary>
    public static bool Excludes(Condition one, Condition other)
    {
        (one, other) = (Unwrapped(one), Unwrapped(other));
        if (one is NotCondition not) return Implies(other, not.Inner);
        if (other is NotCondition) return Excludes(other, one);
        return (one, other) switch
        {
            (AnyOfCondition any, _) => any.Alternatives.Length <= MostPairs && any.Alternatives.All(alternative => Excludes(alternative, other)),
            (_, AnyOfCondition) => Excludes(other, one),
            (PatternCondition pattern, TextCondition text) => !pattern.Pattern.Matches(text.Text),
            (TextCondition, PatternCondition) => Excludes(other, one),
            _ => Literal(one) is { } a && Literal(other) is { } b && a != b,
        };
    }

    /// <summary>The one text that a claim must have; null for conditions of another form.</summary>
    public static string? Literal(Condition condition) => Unwrapped(condition) switch
    {
        TextCondition text => text.Text,
        IntegerCondition integer => integer.Text,
        BooleanCondition boolean => boolean.Text,
        _ => null,
    };

    static Condition Unwrapped(Condition condition) => condition switch
    {
        ListedCondition listed => Unwrapped(listed.List),
        AnyOfCondition { Alternatives: [var only] } => only,
        _ => condition,
    };

    static bool IsSame(Condition a, Condition b) => ReferenceEquals(a, b) || (a, b) switch
    {
        (TextCondition x, TextCondition y) => x.Text == y.Text,
        (PatternCondition x, PatternCondition y) => x.Pattern.Text == y.Pattern.Text,
        (IntegerCondition x, IntegerCondition y) => x.Text == y.Text,
        (BooleanCondition x, BooleanCondition y) => x.Text == y.Text,
        (ExistsCondition x, ExistsCondition y) => x.Exists == y.Exists,
        (NotCondition x, NotCondition y) => IsSame(Unwrapped(x.Inner), Unwrapped(y.Inner)),
        (ContainsCondition x, ContainsCondition y) => IsSame(Unwrapped(x.Element), Unwrapped(y.Element)),
        _ => false,
    };
}
