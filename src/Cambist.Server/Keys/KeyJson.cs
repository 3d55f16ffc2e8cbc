using System.Globalization;
using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary>A signing key as scripts and the admin API see it; what is absent is left out.</summary>
static class KeyJson
{
    public static JsonObject Of(ListedKey key)
    {
        var json = new JsonObject
        {
            ["kid"] = key.KeyId,
            ["algorithm"] = key.Algorithm,
            ["state"] = StateOf(key),
            ["signs_from"] = Instant(key.Since),
        };
        if (key.Until is { } until) json["signs_until"] = Instant(until);
        if (key.PublishedUntil is { } publishedUntil) json["published_until"] = Instant(publishedUntil);
        return json;
    }

    public static string StateOf(ListedKey key) => key.State.ToString().ToLowerInvariant();

    public static string Instant(DateTimeOffset instant) => instant.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
