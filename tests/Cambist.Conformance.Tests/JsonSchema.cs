using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cambist.Conformance.Tests;

/// <summary>JSON Schema as far as our own OpenAPI document uses it; a keyword that is not known here fails, so that none is passed over.</summary>
sealed class JsonSchema(JsonObject document)
{
    static readonly string[] Remarks = ["description", "default"];

    /// <summary>What does not fit, each with where it stands.</summary>
    public IReadOnlyList<string> Faults(JsonNode? value, JsonObject schema)
    {
        var faults = new List<string>();
        Check(value, schema, "$", faults);
        return faults;
    }

    void Check(JsonNode? value, JsonObject schema, string at, List<string> faults)
    {
        foreach (var (keyword, wanted) in schema)
        {
            if (!Remarks.Contains(keyword) && !Fits(value, schema, keyword, wanted!, at, faults)) faults.Add($"{at}: {keyword} is {wanted!.ToJsonString()}, and there is {value?.ToJsonString() ?? "null"}");
        }
    }

    bool Fits(JsonNode? value, JsonObject schema, string keyword, JsonNode wanted, string at, List<string> faults)
    {
        switch (keyword)
        {
            case "$ref":
                Check(value, Referred((string)wanted!), at, faults);
                return true;
            case "oneOf":
                return wanted.AsArray().Count(one => Faults(value, one!.AsObject()).Count == 0) == 1;
            case "type":
                return (string?)wanted == TypeOf(value) || ((string?)wanted == "number" && TypeOf(value) == "integer");
            case "const":
                return JsonNode.DeepEquals(value, wanted);
            case "enum":
                return wanted.AsArray().Any(one => JsonNode.DeepEquals(one, value));
            case "format":
                ((string?)wanted).ShouldBe("date-time");
                return DateTimeOffset.TryParseExact((string?)value, ["yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.fff'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);
            case "minimum":
                return (long)value! >= (long)wanted;
            case "maximum":
                return (long)value! <= (long)wanted;
            case "minLength":
                return ((string)value!).Length >= (int)wanted;
            case "maxLength":
                return ((string)value!).Length <= (int)wanted;
            case "minItems":
                return value!.AsArray().Count >= (int)wanted;
            case "required":
                return value is JsonObject has && wanted.AsArray().All(name => has.ContainsKey((string)name!));
            case "properties":
                foreach (var (name, member) in value!.AsObject())
                    if (wanted[name] is JsonObject known) Check(member, known, $"{at}.{name}", faults);
                return true;
            case "additionalProperties":
                ((bool)wanted).ShouldBeFalse();
                return value!.AsObject().All(member => schema["properties"]!.AsObject().ContainsKey(member.Key));
            case "items":
                for (var i = 0; i < value!.AsArray().Count; i++) Check(value[i], wanted.AsObject(), $"{at}[{i}]", faults);
                return true;
            default:
                throw new InvalidOperationException($"{keyword} is no keyword that is checked here.");
        }
    }

    JsonObject Referred(string reference)
    {
        reference.ShouldStartWith("#/");
        JsonNode node = document;
        foreach (var part in reference[2..].Split('/')) node = node[part] ?? throw new InvalidOperationException($"{reference} leads nowhere.");
        return node.AsObject();
    }

    static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.ToJsonString().AsSpan().ContainsAny('.', 'e', 'E') ? "number" : "integer",
        _ => "null",
    };
}
