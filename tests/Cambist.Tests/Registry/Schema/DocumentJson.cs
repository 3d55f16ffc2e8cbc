using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cambist.Tests;

/// <summary>A registry document as an editor sees it: plain scalars by YAML 1.2's core schema.</summary>
static partial class DocumentJson
{
    public static JsonNode? Of(DocumentNode node) => node switch
    {
        DocumentMap map => new JsonObject([.. map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Of(entry.Value)))]),
        DocumentList list => new JsonArray([.. list.Items.Select(Of)]),
        DocumentScalar { IsQuoted: false, Value: "" or "~" or "null" or "Null" or "NULL" } => null,
        DocumentScalar { IsQuoted: false, Value: "true" or "True" or "TRUE" } => JsonValue.Create(true),
        DocumentScalar { IsQuoted: false, Value: "false" or "False" or "FALSE" } => JsonValue.Create(false),
        DocumentScalar { IsQuoted: false } number when Number().IsMatch(number.Value) => JsonValue.Create(double.Parse(number.Value, CultureInfo.InvariantCulture)),
        DocumentScalar scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidOperationException(node.GetType().Name),
    };

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
