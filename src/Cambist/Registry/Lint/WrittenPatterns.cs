namespace Cambist;

/// <summary>The patterns inside a condition, and how a match counts.</summary>
/// <param name="Text">As written.</param>
/// <param name="IsNegated">Whether it stands under an odd number of <c>not</c>.</param>
/// <param name="IsElement">Whether it is about elements of an array.</param>
readonly record struct WrittenPattern(string Text, bool IsNegated, bool IsElement)
{
    /// <summary>The text before the first star.</summary>
    public string Beginning => Text[..Text.IndexOf('*', StringComparison.Ordinal)];

    /// <summary>The text behind the last star.</summary>
    public string End => Text[(Text.LastIndexOf('*') + 1)..];

    /// <summary>All patterns of a condition; those of a named list too, where <paramref name="inLists"/>.</summary>
    public static IEnumerable<WrittenPattern> In(Condition condition, bool inLists = true, bool isNegated = false, bool isElement = false) => condition switch
    {
        PatternCondition pattern => [new(pattern.Pattern.Text, isNegated, isElement)],
        AnyOfCondition any => any.Alternatives.SelectMany(one => In(one, inLists, isNegated, isElement)),
        ListedCondition listed => inLists ? In(listed.List, inLists, isNegated, isElement) : [],
        NotCondition not => In(not.Inner, inLists, !isNegated, isElement),
        ContainsCondition contains => In(contains.Element, inLists, isNegated, isElement: true),
        _ => [],
    };
}
