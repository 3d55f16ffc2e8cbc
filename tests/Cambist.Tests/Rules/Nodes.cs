namespace Cambist.Tests.Rules;

/// <summary>Document nodes from JSON-like shorthand: an object is a map, an array a list, a string a quoted scalar, anything else a plain one.</summary>
static class Nodes
{
    public static DocumentNode Plain(string value) => new DocumentScalar(new(9, 9), "x", value, IsQuoted: false);

    public static DocumentNode Quoted(string value) => new DocumentScalar(new(9, 9), "x", value, IsQuoted: true);

    public static DocumentNode List(params DocumentNode[] items) => new DocumentList(new(8, 8), "x", items);

    public static DocumentNode Map(params (string Key, DocumentNode Value)[] entries) =>
        new DocumentMap(new(7, 7), "x", [.. entries.Select((entry, i) => new DocumentEntry(entry.Key, new(i + 1, 3), entry.Value))]);
}
