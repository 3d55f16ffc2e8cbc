using System.Globalization;
using System.Text.Json.Nodes;

namespace Cambist;

/// <summary>
/// Claims as a policy test writes them: plain whole numbers, true, false and null are what they are in JSON, all else is text, as in
/// the registry's conditions.
/// </summary>
static class StatedClaims
{
    public static JsonObject? Read(DocumentNode node, NodeReader nodes) => node switch
    {
        DocumentMap map => Members(map, nodes),
        _ => nodes.Map(node, "claims and their values, such as { sub: ada, email_verified: true }") is null ? null : [],
    };

    /// <summary>A claim's value; null for JSON's null, and for what was reported.</summary>
    static JsonNode? Value(DocumentNode node, NodeReader nodes) => node switch
    {
        DocumentMap map => Members(map, nodes),
        DocumentList list => new JsonArray([.. list.Items.Select(item => Value(item, nodes))]),
        DocumentScalar { IsQuoted: true } text => text.Value,
        DocumentScalar plain => Plain(plain, nodes),
        _ => null,
    };

    static JsonObject Members(DocumentMap map, NodeReader nodes) =>
        new(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Value(entry.Value, nodes))));

    static JsonNode? Plain(DocumentScalar plain, NodeReader nodes)
    {
        switch (plain.Value)
        {
            case "true" or "false":
                return plain.Value == "true";
            case "":
                nodes.Error(plain, "has no value; write one, null where the token is to be without the claim, or \"\" for empty text");
                return null;
            case var _ when NodeReader.IsEmpty(plain):
                return null;
            case var text when ConditionReader.Integer(text) is { } number && ConditionReader.IsInteger(text):
                return number;
            case var text when text[0] is (>= '0' and <= '9') or '-' or '+' or '.' && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _):
                nodes.Error(plain, $"'{text}' is no whole number of 64 bits, as claims have; if it is text, put it in quotes");
                return null;
            default:
                return plain.Value;
        }
    }
}
