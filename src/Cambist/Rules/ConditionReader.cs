using System.Collections.Immutable;
using System.Globalization;

namespace Cambist;

/// <summary>Reads a <c>where</c>, and the entries of <c>lists</c>, from the registry document; reports everything that is wrong.</summary>
sealed class ConditionReader
{
    internal static readonly string[] Operators = ["in", "equals", "not", "contains", "exists", "at_least", "at_most"];

    readonly IReadOnlyDictionary<string, Condition> _lists;
    readonly Action<DocumentPosition, string> _error;

    ConditionReader(IReadOnlyDictionary<string, Condition> lists, Action<DocumentPosition, string> error) => (_lists, _error) = (lists, error);

    /// <summary>Reads a <c>where</c>. What is wrong goes to <paramref name="error"/> and is left out of the result, which then must not be used.</summary>
    public static ConditionSet ReadSet(DocumentNode node, IReadOnlyDictionary<string, Condition> lists, Action<DocumentPosition, string> error) =>
        new ConditionReader(lists, error).Set(node);

    /// <summary>Reads one entry of <c>lists</c>: a list of scalars, or one. Null where it was refused.</summary>
    public static Condition? ReadOne(DocumentNode node, Action<DocumentPosition, string> error) =>
        new ConditionReader(ImmutableDictionary<string, Condition>.Empty, error).Listed(node);

    ConditionSet Set(DocumentNode node)
    {
        if (node is not DocumentMap { Entries.Count: > 0 } map)
        {
            _error(node.Position, node is DocumentMap
                ? "where is empty and would hold for every token; leave it out to say that, or name a claim: where: { sub: … }"
                : "where is a map from claims to what they must be: where: { sub: … }");
            return ConditionSet.Empty;
        }

        var entries = ImmutableArray.CreateBuilder<ConditionEntry>(map.Entries.Count);
        foreach (var entry in map.Entries)
        {
            var path = Path(entry);
            var condition = Any(entry.Value, entry.Key);
            if (path is not null && condition is not null) entries.Add(new(path, condition));
        }

        return new(entries.ToImmutable());
    }

    ClaimPath? Path(DocumentEntry entry)
    {
        if (!ClaimNames.TryRead(entry.Key, out var path, out var wrong))
        {
            _error(entry.KeyPosition, wrong);
            return null;
        }

        // RFC 8693 §4.1: nested actors are history and must not decide anything
        if (path.Steps is ["act", "act", ..])
        {
            _error(entry.KeyPosition, $"{entry.Key}: only the outermost act may be tested: act.sub, act.iss");
            return null;
        }

        return path;
    }

    Condition? Any(DocumentNode node, string about) => node switch
    {
        DocumentScalar scalar => Scalar(scalar, about, isPattern: true),
        DocumentList list => OneOf(list, about),
        DocumentMap map => Operator(map, about),
        _ => throw new InvalidOperationException($"No kind of node: {node.GetType().Name}"),
    };

    Condition? Scalar(DocumentScalar scalar, string about, bool isPattern)
    {
        if (!scalar.IsQuoted)
        {
            if (scalar.Value.Length == 0)
                return Refuse(scalar, $"{about}: nothing is written here; the empty string is written \"\", and a claim that must be absent {{ exists: false }}");
            if (scalar.Value is "true" or "false") return new BooleanCondition(scalar.Value == "true");
            if (IsInteger(scalar.Value))
            {
                return Integer(scalar.Value) is { } number
                    ? new IntegerCondition(number)
                    : Refuse(scalar, $"{about}: {scalar.Value} is beyond 64 bits; in quotes it is compared as a string");
            }
        }

        return isPattern && scalar.Value.Contains('*', StringComparison.Ordinal)
            ? new PatternCondition(new TextPattern(scalar.Value))
            : new TextCondition(scalar.Value);
    }

    Condition? OneOf(DocumentList list, string about)
    {
        if (list.Items.Count == 0) return Refuse(list, $"{about}: the list is empty and could never hold; name at least one value");
        var alternatives = ImmutableArray.CreateBuilder<Condition>(list.Items.Count);
        foreach (var item in list.Items)
        {
            if (item is not DocumentScalar scalar)
                Refuse(item, $"{about}: a list holds values, one of which the claim must be; {(item is DocumentMap ? "operators stand outside of it" : "lists in lists mean nothing")}");
            else if (Scalar(scalar, about, isPattern: true) is { } alternative)
                alternatives.Add(alternative);
        }

        return alternatives.Count == list.Items.Count ? new AnyOfCondition(alternatives.MoveToImmutable()) : null;
    }

    Condition? Listed(DocumentNode node) => node switch
    {
        DocumentList list => OneOf(list, "a list"),
        DocumentScalar scalar => Scalar(scalar, "a list", isPattern: true),
        _ => Refuse(node, "a list holds values: [a, b], patterns too; operators stand in where"),
    };

    Condition? Operator(DocumentMap map, string about)
    {
        if (map.Entries.Count == 0) return Refuse(map, $"{about}: says nothing; write a value, a list of values, or one of {Known}");
        if (map.Entries.Count > 1 && map.Entries.Any(entry => Operators.Contains(entry.Key)))
        {
            _error(map.Entries[1].KeyPosition, $"{about}: one operator is enough; here are {string.Join(", ", map.Entries.Select(entry => entry.Key))}. Conditions that must all hold go into separate entries or the issuer's where");
            return null;
        }

        var (key, keyPosition, value) = map.Entries[0];
        switch (key)
        {
            case "in": return In(value, about);
            case "equals": return Equal(value, about);
            case "not": return Any(value, about) is { } inner ? new NotCondition(inner) : null;
            case "contains": return Contains(value, about);
            case "exists": return Exists(value, about);
            case "at_least" or "at_most": return Bound(value, about, key);
        }

        var nearest = Spelling.Nearest(key, Operators);
        _error(keyPosition, nearest is not null
            ? $"{about}: '{key}' is no operator; did you mean {nearest}?"
            : $"{about}: '{key}' is no operator (there are {Known}); to test its member, write {Nested(about, key)}: …");
        return null;
    }

    Condition? In(DocumentNode node, string about)
    {
        if (node is not DocumentScalar name) return Refuse(node, $"{about}: in takes the name of one of the lists; values themselves are written [a, b] without in");
        if (_lists.TryGetValue(name.Value, out var list)) return new ListedCondition(name.Value, list);
        return Refuse(node, Spelling.Nearest(name.Value, _lists.Keys) is { } nearest
            ? $"{about}: there is no list '{name.Value}'; did you mean {nearest}?"
            : $"{about}: there is no list '{name.Value}'; declare it at the top: lists: {{ {name.Value}: [ … ] }}");
    }

    Condition? Equal(DocumentNode node, string about) => node is DocumentScalar scalar
        ? Scalar(scalar, about, isPattern: false)
        : Refuse(node, $"{about}: equals takes one value, in which * means itself; several values are written [a, b] without equals");

    Condition? Contains(DocumentNode node, string about)
    {
        var element = Any(node, about);
        if (element is not ExistsCondition) return element is null ? null : new ContainsCondition(element);
        return Refuse(node, $"{about}: elements of an array always exist; write contains: \"**\" for any string, or {{ exists: true }} for the claim itself");
    }

    Condition? Exists(DocumentNode node, string about) => node is DocumentScalar { IsQuoted: false, Value: "true" or "false" } scalar
        ? new ExistsCondition(scalar.Value == "true")
        : Refuse(node, $"{about}: exists is true or false");

    Condition? Bound(DocumentNode node, string about, string key) =>
        node is DocumentScalar { IsQuoted: false } scalar && IsInteger(scalar.Value) && Integer(scalar.Value) is { } bound
            ? new BoundCondition(bound, key == "at_least")
            : Refuse(node, $"{about}: {key} takes a whole number within 64 bits, without quotes");

    Condition? Refuse(DocumentNode node, string message)
    {
        _error(node.Position, message);
        return null;
    }

    static string Known => string.Join(", ", Operators);

    static string Nested(string about, string key)
    {
        if (about.StartsWith('/')) return about + ClaimNames.AsPointer(key);
        return key.Contains('.', StringComparison.Ordinal) || key.Contains('/', StringComparison.Ordinal)
            ? "/" + about.Replace('.', '/') + ClaimNames.AsPointer(key)
            : $"{about}.{key}";
    }

    // only the form that JSON and the claim's own text share: 007, +5, 1_000 and -0 are strings
    public static bool IsInteger(string text)
    {
        var digits = text.AsSpan(text.StartsWith('-') ? 1 : 0);
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9')) return false;
        return digits[0] != '0' || text == "0";
    }

    public static long? Integer(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
