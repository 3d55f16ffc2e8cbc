namespace Cambist;

/// <summary>A condition as a registry writes it, and in words that follow the name of its claim.</summary>
internal static class WrittenCondition
{
    const int Most = 10;

    /// <summary>What stands behind the claim in a <c>where</c>.</summary>
    public static string Yaml(Condition condition) => condition switch
    {
        TextCondition text when text.Text.Contains('*', StringComparison.Ordinal) => $"{{ equals: {WrittenYaml.Quoted(text.Text)} }}",
        AnyOfCondition one => $"[{string.Join(", ", one.Alternatives.Select(Value))}]",
        ListedCondition listed => $"{{ in: {WrittenYaml.Text(listed.Name)} }}",
        NotCondition not => $"{{ not: {Yaml(not.Inner)} }}",
        ContainsCondition contains => $"{{ contains: {Yaml(contains.Element)} }}",
        ExistsCondition exists => $"{{ exists: {(exists.Exists ? "true" : "false")} }}",
        BoundCondition bound => $"{{ {(bound.IsLower ? "at_least" : "at_most")}: {WrittenYaml.Number(bound.Bound)} }}",
        _ => Value(condition),
    };

    /// <summary>Conditions on several claims, as they stand in a <c>where</c>.</summary>
    public static string Yaml(ConditionSet where) => string.Join(", ", where.Entries.Select(Yaml));

    public static string Yaml(ConditionEntry entry) => $"{WrittenYaml.Text(entry.Path.Text)}: {Yaml(entry.Condition)}";

    /// <summary>What a token has that meets it, such as <c>whose ref is main</c>.</summary>
    public static string Words(ConditionEntry entry) => entry.Condition switch
    {
        ExistsCondition { Exists: true } or NotCondition { Inner: ExistsCondition { Exists: false } } => $"that has {entry.Path}",
        ExistsCondition or NotCondition { Inner: ExistsCondition } => $"without {entry.Path}",
        var condition => $"whose {entry.Path} {Words(condition)}",
    };

    static string Words(Condition condition) => condition switch
    {
        PatternCondition => $"fits {Value(condition)}",
        AnyOfCondition one => $"is {string.Join(" or ", one.Alternatives.Take(Most).Select(Value))}{(one.Alternatives.Length > Most ? $" or one of {one.Alternatives.Length - Most} more" : "")}",
        ListedCondition listed => $"is in the list {listed.Name}",
        NotCondition { Inner: ContainsCondition contains } => $"holds nothing that {Words(contains.Element)}",
        NotCondition { Inner: PatternCondition pattern } => $"does not fit {Value(pattern)}",
        NotCondition { Inner: TextCondition or IntegerCondition or BooleanCondition or AnyOfCondition or ListedCondition or BoundCondition } not => $"is not {Words(not.Inner)["is ".Length..]}",
        NotCondition => condition.Describe(),
        ContainsCondition { Element: TextCondition or IntegerCondition or BooleanCondition } contains => $"holds {Value(contains.Element)}",
        ContainsCondition contains => $"holds one that {Words(contains.Element)}",
        BoundCondition bound => $"is at {(bound.IsLower ? "least" : "most")} {WrittenYaml.Number(bound.Bound)}",
        _ => $"is {Value(condition)}",
    };

    /// <summary>One that may stand in a list of several.</summary>
    static string Value(Condition condition) => condition switch
    {
        TextCondition text => WrittenYaml.Text(text.Text),
        PatternCondition pattern => WrittenYaml.Quoted(pattern.Pattern.Text),
        IntegerCondition integer => integer.Text,
        BooleanCondition boolean => boolean.Text,
        _ => throw new InvalidOperationException($"{condition.GetType().Name} is no single value"),
    };
}
