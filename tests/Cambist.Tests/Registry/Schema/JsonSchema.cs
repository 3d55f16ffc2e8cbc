using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cambist.Tests.Docs;

namespace Cambist.Tests;

/// <summary>As much of JSON Schema draft-07 as cambist.schema.json uses; any other keyword in it is an exception.</summary>
sealed class JsonSchema
{
    readonly JsonObject _root;

    public JsonSchema(string text)
    {
        _root = (JsonObject)JsonNode.Parse(text)!;
        _ = Count(_root); // nodes are made when they are first looked at, which tests in parallel must not do
    }

    /// <summary>The one that ships with the server.</summary>
    public static JsonSchema Shipped { get; } = new(Pages.Text("src", "Cambist.Server", "cambist.schema.json"));

    public JsonObject Root => _root;

    /// <summary>Whether the value is valid.</summary>
    public bool Accepts(JsonNode? value) => Accepts(_root, value);

    /// <summary>The schema a reference stands for.</summary>
    public JsonObject Resolve(JsonNode schema)
    {
        var found = schema.AsObject();
        while (found["$ref"] is { } reference) found = _root["definitions"]![reference.GetValue<string>()["#/definitions/".Length..]]!.AsObject();
        return found;
    }

    bool Accepts(JsonNode schema, JsonNode? value)
    {
        var resolved = Resolve(schema);
        return resolved.All(keyword => Accepts(resolved, keyword.Key, keyword.Value!, value));
    }

    bool Accepts(JsonObject schema, string keyword, JsonNode wanted, JsonNode? value) => keyword switch
    {
        "$schema" or "title" or "description" or "definitions" => true,
        "type" => Items(wanted).Any(type => IsType(type!.GetValue<string>(), value)),
        "enum" => wanted.AsArray().Any(one => JsonNode.DeepEquals(one, value)),
        "const" => JsonNode.DeepEquals(wanted, value),
        "allOf" => wanted.AsArray().All(one => Accepts(one!, value)),
        "anyOf" => wanted.AsArray().Any(one => Accepts(one!, value)),
        "oneOf" => wanted.AsArray().Count(one => Accepts(one!, value)) == 1,
        "not" => !Accepts(wanted, value),
        "pattern" => Text(value) is not { } text || Regex.IsMatch(text, wanted.GetValue<string>(), RegexOptions.ECMAScript),
        "minLength" => Text(value) is not { } text || text.Length >= wanted.GetValue<int>(),
        "minimum" => value?.GetValueKind() != JsonValueKind.Number || Number(value) >= wanted.GetValue<int>(),
        "maximum" => value?.GetValueKind() != JsonValueKind.Number || Number(value) <= wanted.GetValue<int>(),
        "minItems" => value is not JsonArray list || list.Count >= wanted.GetValue<int>(),
        "uniqueItems" => value is not JsonArray list || list.Select(item => item?.ToJsonString()).Distinct().Count() == list.Count,
        "items" => value is not JsonArray list || list.All(item => Accepts(wanted, item)),
        "required" => value is not JsonObject map || wanted.AsArray().All(key => map.ContainsKey(key!.GetValue<string>())),
        "minProperties" => value is not JsonObject map || map.Count >= wanted.GetValue<int>(),
        "maxProperties" => value is not JsonObject map || map.Count <= wanted.GetValue<int>(),
        "propertyNames" => value is not JsonObject map || map.All(member => Accepts(wanted, JsonValue.Create(member.Key))),
        "properties" => value is not JsonObject map || wanted.AsObject().All(property => !map.TryGetPropertyValue(property.Key, out var member) || Accepts(property.Value!, member)),
        "additionalProperties" => value is not JsonObject map || map.All(member => schema["properties"]?.AsObject().ContainsKey(member.Key) == true || Additional(wanted, member.Value)),
        _ => throw new NotSupportedException(keyword),
    };

    bool Additional(JsonNode wanted, JsonNode? value) => wanted.GetValueKind() == JsonValueKind.False ? false : Accepts(wanted, value);

    static int Count(JsonNode? node) => node switch
    {
        JsonObject map => map.Sum(member => Count(member.Value)),
        JsonArray list => list.Sum(Count),
        _ => node?.GetValueKind() is null ? 0 : 1,
    };

    static IEnumerable<JsonNode?> Items(JsonNode node) => node is JsonArray list ? list.AsEnumerable() : Enumerable.Repeat(node, 1);

    static bool IsType(string type, JsonNode? value) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        "integer" => value?.GetValueKind() == JsonValueKind.Number && Number(value) % 1 == 0,
        _ => throw new NotSupportedException(type),
    };

    static string? Text(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    static double Number(JsonNode value) => double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture);
}
