using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Cambist;

/// <summary>Durations as the registry and the settings write them: a whole number and <c>s</c>, <c>m</c>, <c>h</c> or <c>d</c>.</summary>
static class Durations
{
    const int MostSeconds = 10 * 365 * 24 * 60 * 60;

    /// <summary>Reads a duration of at least a second and at most ten years (3650d); false with what is wrong in words.</summary>
    public static bool TryParse(string text, out TimeSpan duration, [NotNullWhen(false)] out string? error)
    {
        duration = default;
        var unit = text.Length == 0 ? 0 : text[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        if (unit == 0 || text.AsSpan(0, text.Length - 1).ContainsAnyExceptInRange('0', '9') || text.Length == 1)
        {
            error = $"'{text}' is no duration; write a whole number and s, m, h or d";
            return false;
        }

        var isNumber = long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        if (!isNumber || number > MostSeconds / unit || number == 0)
        {
            error = $"'{text}' is {(isNumber && number == 0 ? "no time at all" : "longer than ten years")}; write a duration from 1s to 3650d";
            return false;
        }

        duration = TimeSpan.FromSeconds(number * unit);
        error = null;
        return true;
    }

    /// <summary>The shortest way to write a duration of whole seconds.</summary>
    public static string Format(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        if (seconds % 86400 == 0) return $"{seconds / 86400}d";
        if (seconds % 3600 == 0) return $"{seconds / 3600}h";
        return seconds % 60 == 0 ? $"{seconds / 60}m" : $"{seconds}s";
    }
}
