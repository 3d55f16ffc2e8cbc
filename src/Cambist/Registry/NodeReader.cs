using System.Collections.Immutable;
using System.Globalization;

namespace Cambist;

/// <summary>
/// Reads the nodes of one thing in the document (a rule, an issuer) and reports what is wrong with them. What could not be read
/// is null, and reported; what the parser has refused is null without another word.
/// </summary>
/// <param name="findings">Where reports go.</param>
/// <param name="subject">What they are about, such as <c>rule orders-calls</c>; null to use the paths of nodes.</param>
/// <param name="path">The path of the thing, left out of messages that name <paramref name="subject"/>.</param>
sealed class NodeReader(FindingList findings, string? subject, string path)
{
    /// <summary>Where reports go.</summary>
    public FindingList Findings => findings;

    /// <summary>A reader that names nodes by their paths.</summary>
    public static NodeReader ByPath(FindingList findings) => new(findings, null, "");

    /// <summary>Reports an error at a node.</summary>
    public void Error(DocumentNode node, string message) => Error(node.Position, node.Path, message);

    /// <summary>Reports an error at a place.</summary>
    public void Error(DocumentPosition position, string nodePath, string message) => findings.Error(position, About(nodePath), Text(nodePath, message));

    /// <summary>Reports a warning at a place.</summary>
    public void Warning(DocumentPosition position, string nodePath, string message, string? check = null) =>
        findings.Warning(position, About(nodePath), Text(nodePath, message), check);

    string About(string nodePath) => subject ?? (nodePath.Length == 0 ? "document" : nodePath);

    string Text(string nodePath, string message)
    {
        if (subject is null || nodePath.Length <= path.Length) return message;
        return $"{nodePath.AsSpan(path.Length).TrimStart('.')}: {message}";
    }

    /// <summary>Whether somebody left the value out: nothing, <c>~</c> or <c>null</c>.</summary>
    public static bool IsEmpty(DocumentNode node) => node is DocumentScalar { IsQuoted: false, Value: "" or "~" or "null" or "Null" or "NULL" };

    /// <summary>A text that is not empty.</summary>
    public string? Text(DocumentNode node, string what)
    {
        switch (node)
        {
            case DocumentRefused:
                return null;
            case DocumentScalar { Value.Length: > 0 } scalar when !IsEmpty(node):
                return scalar.Value;
            default:
                Error(node, node is DocumentScalar ? $"has no value; write {what}, or delete the key" : $"must be one value: {what}");
                return null;
        }
    }

    /// <summary>One of a few words.</summary>
    public string? Word(DocumentNode node, params IReadOnlyCollection<string> words)
    {
        findings.Vocabulary?.Invoke(node.Path, words);
        if (Text(node, string.Join(" or ", words)) is not { } text) return null;
        if (words.Contains(text)) return text;
        Error(node, $"'{text}' means nothing here; {findings.Suggest(text, words)}");
        return null;
    }

    /// <summary>true or false, without quotes.</summary>
    public bool? Flag(DocumentNode node)
    {
        if (node is DocumentRefused) return null;
        if (node is DocumentScalar { IsQuoted: false, Value: "true" or "false" } scalar) return scalar.Value == "true";
        Error(node, "must be true or false, without quotes");
        return null;
    }

    /// <summary>A whole number, without quotes.</summary>
    public int? Number(DocumentNode node, int least, int most)
    {
        if (node is DocumentRefused) return null;
        if (node is DocumentScalar { IsQuoted: false } scalar &&
            int.TryParse(scalar.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        Error(node, $"must be a whole number from {least} to {most}, without quotes");
        return null;
    }

    /// <summary>A duration: a whole number and s, m, h or d.</summary>
    public TimeSpan? Duration(DocumentNode node, string example)
    {
        if (Text(node, $"a duration such as {example}") is not { } text) return null;
        if (Durations.TryParse(text, out var duration, out var error)) return duration;
        Error(node, $"{error}, such as {example}");
        return null;
    }

    /// <summary>The items of a list; a single value stands for a list of it.</summary>
    public static IReadOnlyList<DocumentNode> Items(DocumentNode node) => node switch
    {
        DocumentList list => list.Items,
        DocumentRefused => [],
        _ => [node],
    };

    /// <summary>The texts of a list that must not be empty, each once. What was refused is left out.</summary>
    public IReadOnlyList<DocumentScalar> Texts(DocumentNode node, string what)
    {
        if (node is DocumentList { Items.Count: 0 }) Error(node, $"the list is empty, and an empty list never means all; name {what}, or delete the key");
        return TextsOrNone(node, what);
    }

    /// <summary>The texts of a list that may be empty, each once.</summary>
    public IReadOnlyList<DocumentScalar> TextsOrNone(DocumentNode node, string what)
    {
        var items = Items(node);
        var texts = new List<DocumentScalar>(items.Count);
        var seen = new HashSet<string>(items.Count);
        foreach (var item in items)
        {
            if (Text(item, what) is not { } text) continue;
            if (seen.Add(text)) texts.Add((DocumentScalar)item);
            else Error(item, $"'{text}' stands in this list twice; delete one of them");
        }

        return texts;
    }

    /// <summary>A map, to be read member by member.</summary>
    public MapReader? Map(DocumentNode node, string what)
    {
        if (node is DocumentMap map) return new(map, this);
        if (node is not DocumentRefused) Error(node, $"must be a map: {what}");
        return null;
    }

    /// <summary>The entries of a map whose keys are names; none where nothing is written.</summary>
    public IReadOnlyList<DocumentEntry> Entries(DocumentNode? node, string what)
    {
        if (node is DocumentMap map) return map.Entries;
        if (node is not (null or DocumentRefused) && !IsEmpty(node)) Error(node, $"must be a map: {what}");
        return [];
    }
}
