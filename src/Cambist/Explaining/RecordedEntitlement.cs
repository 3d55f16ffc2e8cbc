using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// What was found, by the registry then, about the use of the tokens of a request that was refused: it rests on claims that are not kept
/// (<c>aud</c>, <c>client_id</c>, <c>azp</c>, <c>cnf</c>, <c>may_act</c>, <c>act</c>). What was granted says it by having been granted.
/// </summary>
/// <param name="Reason">Why caller or actor may not use them, whatever the rule; <see cref="Protocol.Reason.None"/> where they may.</param>
/// <param name="ActLevels">How many levels the subject token's <c>act</c> has.</param>
internal sealed record RecordedEntitlement(Reason Reason, int ActLevels)
{
    public static RecordedEntitlement Of(DecisionInput input, Registry registry) =>
        new(Entitlement.CheckTokens(input, registry)?.Reason ?? Reason.None, input.Subject.Act?.Names.Count ?? 0);

    /// <summary>As members of the input.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        if (Reason == Reason.None) json.WriteBoolean("entitled"u8, true);
        else json.WriteString("entitled"u8, Reason.WireName());
        json.WriteNumber("act_levels"u8, ActLevels);
    }

    /// <summary>Null where the entry does not say, or gives a reason of a newer release.</summary>
    public static RecordedEntitlement? Read(JsonElement input)
    {
        if (!input.TryGetProperty("entitled"u8, out var entitled) || !input.TryGetProperty("act_levels"u8, out var levels)) return null;
        var reason = entitled.ValueKind == JsonValueKind.True ? Reason.None : Reasons.Parse(entitled.GetString() ?? "");
        return reason is { } known ? new(known, levels.GetInt32()) : null;
    }
}
