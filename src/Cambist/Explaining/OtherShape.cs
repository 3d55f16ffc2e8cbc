namespace Cambist;

/// <summary>
/// A condition that cannot be told of a claim since the two are of different JSON types: a list against one string, a boolean against a quoted word.
/// What is wrong is how it is written, not who asks.
/// </summary>
/// <param name="Entry">The condition.</param>
/// <param name="Seen">What the claim is, in words.</param>
/// <param name="Better">The same for what the claim is; null where nothing else could be meant.</param>
/// <param name="Holds">Whether that holds for this claim.</param>
internal sealed record OtherShape(ConditionEntry Entry, string Seen, Condition? Better, bool Holds)
{
    /// <summary>Null where the condition can be told, or the claim is missing.</summary>
    public static OtherShape? Of(ConditionEntry entry, Claims claims)
    {
        if (!claims.TryGet(entry.Path, out var claim) || entry.Condition.Test(claim) != ConditionResult.Undecided) return null;
        Condition? better = null;
        var isList = claim.Kind == ClaimKind.Array;
        foreach (var other in Others(entry.Condition, claim.Kind))
        {
            var result = other.Test(claim);
            if (result == ConditionResult.Yes) return new(entry, Words(claim.Kind), other, Holds: true);
            if (result == ConditionResult.No || isList) better ??= other;
        }

        return new(entry, Words(claim.Kind), better, Holds: false);
    }

    public static IEnumerable<OtherShape> AllOf(ConditionSet where, Claims claims)
    {
        foreach (var entry in where.Entries)
            if (Of(entry, claims) is { } other) yield return other;
    }

    /// <summary>What the condition does with the claim, in words.</summary>
    public string Asked => Ask(Entry.Condition);

    /// <summary>What to write, where there is something.</summary>
    public string Yaml => WrittenCondition.Yaml(Entry with { Condition = Better! });

    static string Ask(Condition condition) => condition switch
    {
        NotCondition not => Ask(not.Inner),
        ContainsCondition { Element: TextCondition } => "looks for a string in a list",
        ContainsCondition => "looks into a list",
        BoundCondition => "compares it with a number",
        IntegerCondition => "compares it with one number",
        BooleanCondition => "compares it with true or false",
        AnyOfCondition or ListedCondition => "compares it with several values, one of which it must be",
        _ => "compares it with one string",
    };

    static IEnumerable<Condition> Others(Condition condition, ClaimKind kind)
    {
        switch (condition)
        {
            case NotCondition not:
                return Others(not.Inner, kind).Select(other => new NotCondition(other));
            case ContainsCondition contains when kind == ClaimKind.Array:
                return [new ContainsCondition(Unquoted(contains.Element))];
            case ContainsCondition contains when kind is ClaimKind.String or ClaimKind.Number or ClaimKind.True or ClaimKind.False:
                return [contains.Element, Unquoted(contains.Element)];
            case TextCondition or PatternCondition or IntegerCondition or BooleanCondition or AnyOfCondition or ListedCondition:
                return kind == ClaimKind.Array ? [new ContainsCondition(condition), new ContainsCondition(Unquoted(condition))] : [Unquoted(condition)];
            default:
                return [];
        }
    }

    /// <summary>Without quotes a word or a number is the JSON value or the string of the same text.</summary>
    static Condition Unquoted(Condition condition) => condition switch
    {
        TextCondition { Text: "true" or "false" } text => new BooleanCondition(text.Text == "true"),
        TextCondition text when ConditionReader.IsInteger(text.Text) && ConditionReader.Integer(text.Text) is { } number => new IntegerCondition(number),
        AnyOfCondition one => new AnyOfCondition([.. one.Alternatives.Select(Unquoted)]),
        _ => condition,
    };

    static string Words(ClaimKind kind) => kind switch
    {
        ClaimKind.Array => "a list",
        ClaimKind.Object => "an object",
        ClaimKind.String => "one string",
        ClaimKind.Number => "a number",
        ClaimKind.Null => "null",
        _ => "a boolean",
    };
}
