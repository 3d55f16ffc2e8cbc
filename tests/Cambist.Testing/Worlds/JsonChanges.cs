using System.Text.Json.Nodes;

namespace Cambist.Testing;

/// <summary>Changes to JSON in one expression.</summary>
public static class JsonChanges
{
    /// <summary>The text of the object with one member set.</summary>
    public static string With(this JsonObject json, string name, JsonNode? value)
    {
        json[name] = value;
        return json.ToJsonString();
    }

    /// <summary>The text of the object with one member written as it stands, such as <c>1e400</c>.</summary>
    public static string WithRaw(this JsonObject json, string name, string value)
    {
        json.Remove(name);
        var text = json.ToJsonString();
        return $"{text[..^1]},\"{name}\":{value}}}";
    }

    public static string Text(this JsonObject json, string name) => json[name]?.GetValue<string>() ?? throw new InvalidOperationException($"no {name} in {json.ToJsonString()}");

    public static long Number(this JsonObject json, string name) => json[name]?.GetValue<long>() ?? throw new InvalidOperationException($"no {name} in {json.ToJsonString()}");
}
