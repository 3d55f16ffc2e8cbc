using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cambist.Tests;

/// <summary>Finds what a schema says of a place in a document, by the place's path.</summary>
static partial class SchemaPlaces
{
    /// <summary>Every schema that a value at this place may be judged by.</summary>
    public static IReadOnlyList<JsonObject> At(this JsonSchema schema, string path)
    {
        IEnumerable<JsonObject> at = [schema.Root];
        foreach (Match step in Steps().Matches(path))
        {
            var name = step.Groups["quoted"] is { Success: true } quoted ? quoted.Value : step.Groups["name"].Value;
            at = [.. at.SelectMany(schema.Alternatives).SelectMany(one => step.Groups["index"].Success ? One(schema, one["items"]) : Member(schema, one, name))];
        }

        return [.. at.SelectMany(schema.Alternatives)];
    }

    /// <summary>The words that may stand at a place.</summary>
    public static string[] Words(this IEnumerable<JsonObject> at) =>
        [.. at.Where(one => one["enum"] is not null).SelectMany(one => one["enum"]!.AsArray().Select(word => word!.GetValue<string>())).Distinct()];

    /// <summary>The keys of maps at a place.</summary>
    public static string[] Keys(this IEnumerable<JsonObject> at) =>
        [.. at.Where(one => one["additionalProperties"] is JsonValue && one["properties"] is not null).SelectMany(one => one["properties"]!.AsObject().Select(property => property.Key)).Distinct()];

    static IEnumerable<JsonObject> Alternatives(this JsonSchema schema, JsonObject one)
    {
        var resolved = schema.Resolve(one);
        return new[] { "anyOf", "allOf" }.Where(resolved.ContainsKey).SelectMany(key => resolved[key]!.AsArray()).SelectMany(each => schema.Alternatives(each!.AsObject())).Prepend(resolved);
    }

    static IEnumerable<JsonObject> Member(JsonSchema schema, JsonObject map, string name) =>
        map["properties"]?[name] is { } known ? One(schema, known) : map["additionalProperties"] is JsonObject other ? One(schema, other) : [];

    static IEnumerable<JsonObject> One(JsonSchema schema, JsonNode? node) => node is null ? [] : [schema.Resolve(node)];

    [GeneratedRegex("""\[(?<index>[0-9]+)\]|\["(?<quoted>[^"]*)"\]|(?<name>[A-Za-z0-9_-]+)""")]
    private static partial Regex Steps();
}
