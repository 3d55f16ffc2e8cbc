using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary>The members of a ledger entry that people look for, in lines; see <see cref="EntryJson"/>.</summary>
static class DecisionFacts
{
    public static IEnumerable<(string Name, string Value)> Of(JsonObject entry)
    {
        (string, string?)[] facts =
        [
            ("decision", $"{Text(entry["decision_id"])}  {Text(entry["time"])}"),
            ("outcome", Outcome(entry)),
            ("action", Text(entry["action"])),
            ("client", Text(entry["client"])),
            ("subject", Party(entry["subject"])),
            ("actor", Party(entry["actor"])),
            ("act", List(entry["act"], " for ")),
            ("target", Text(entry["target"])),
            ("asked", List(entry["scopes_asked"], " ")),
            ("given", List(entry["scopes_given"], " ")),
            ("jti", Text(entry["jti"])),
            ("expires", Text(entry["expires_at"])),
            ("rule", Text(entry["rule"])),
            ("shadow", Shadow(entry["shadow"])),
            ("registry", $"revision {Text(entry["registry_revision"])}"),
            ("counted", Counted(entry["counted"])),
        ];
        foreach (var (name, value) in facts)
            if (value is not null) yield return (name, value);
    }

    static string Outcome(JsonObject entry)
    {
        var outcome = Text(entry["outcome"]) == "admin" ? "done by an administrator" : Text(entry["outcome"]) ?? "";
        return Text(entry["reason"]) is { } reason ? $"{outcome}: {reason}" : outcome;
    }

    static string? Party(JsonNode? party) => party is JsonObject json ? $"{Text(json["sub"])}, from {Text(json["issuer"])}" : null;

    static string? Shadow(JsonNode? shadow) => shadow switch
    {
        not JsonObject => null,
        _ when Text(shadow["reason"]) is { } reason => $"rule {Text(shadow["rule"])}, were it live, would refuse {Text(shadow["target"])}: {reason}",
        _ => $"rule {Text(shadow["rule"])}, were it live, would issue {Text(shadow["target"])}{(List(shadow["scopes_given"], " ") is { } scopes ? $": {scopes}" : "")}",
    };

    static string? Counted(JsonNode? counted) =>
        counted is JsonObject json ? $"{json["count"]} from {Text(json["address"]) ?? "several addresses"}, {Text(json["from"])} to {Text(json["until"])}" : null;

    static string? List(JsonNode? list, string separator) => list is JsonArray texts ? string.Join(separator, texts.Select(Text)) : null;

    static string? Text(JsonNode? node) => node?.ToString();
}
