using System.Text.Json;

namespace Cambist.Server;

/// <summary>Who acts for whom: the nested <c>act</c> of a token, from the one who acts now inwards (RFC 8693 §4.1).</summary>
static class ActorNames
{
    const int Most = 100;

    /// <summary>The actors, the current one first.</summary>
    public static IReadOnlyList<string> Of(JsonElement claims)
    {
        var actors = new List<string>();
        for (var at = claims; actors.Count < Most && at.TryGetProperty("act", out var act) && act.ValueKind == JsonValueKind.Object; at = act) actors.Add(Name(act));
        return actors;
    }

    /// <summary>The chain as a tree, the subject at its root.</summary>
    public static IEnumerable<string> Tree(JsonElement claims)
    {
        yield return $"{Name(claims, withIssuer: false)}  (subject)";
        var actors = Of(claims);
        for (var i = 0; i < actors.Count; i++)
            yield return $"{new string(' ', 3 * i)}└─ {actors[i]}  ({(i == 0 ? "acts now" : "acted before")})";
    }

    static string Name(JsonElement json, bool withIssuer = true)
    {
        var name = PrintableText.Of(DecodedToken.StringOf(json, "sub") ?? "somebody without sub");
        return withIssuer && DecodedToken.StringOf(json, "iss") is { } issuer ? $"{name} of {PrintableText.Of(issuer)}" : name;
    }
}
