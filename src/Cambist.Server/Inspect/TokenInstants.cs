using System.Text.Json;

namespace Cambist.Server;

/// <summary>The instants among a token's claims (RFC 7519 §4.1.4 to §4.1.6; <c>auth_time</c> of OpenID Connect), in words.</summary>
static class TokenInstants
{
    const double EndOfYear9999 = 253_402_300_799;

    /// <summary>A NumericDate; null where the claim is absent or none.</summary>
    public static DateTimeOffset? Read(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds) && seconds is >= 0 and <= EndOfYear9999
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds)
            : null;

    /// <summary>What to say of a claim that is an instant; null for any other.</summary>
    public static string? InWords(JsonElement claims, string name, DateTimeOffset now)
    {
        if (Read(claims, name) is not { } instant) return null;
        var away = TimeInWords.Of(instant, now);
        var isPast = instant <= now;
        return name switch
        {
            "exp" => isPast ? $"expired {away}" : $"expires {away}",
            "nbf" => isPast ? $"became valid {away}" : $"not valid yet, {away}",
            "iat" => isPast ? $"issued {away}" : $"issued {away}, which is in the future",
            "auth_time" => $"signed in {away}",
            "updated_at" => $"updated {away}",
            _ => null,
        };
    }
}
