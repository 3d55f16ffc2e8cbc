namespace Cambist;

/// <summary>How far off an instant is: exact ahead, where one waits for it, and rough behind.</summary>
internal static class TimeInWords
{
    /// <summary><c>in 9 min 58 s</c>, <c>3 minutes ago</c>, <c>now</c>.</summary>
    public static string Of(DateTimeOffset instant, DateTimeOffset now)
    {
        var seconds = instant.ToUnixTimeSeconds() - now.ToUnixTimeSeconds();
        return seconds == 0 ? "now" : seconds > 0 ? $"in {Ahead(seconds)}" : $"{Behind(-seconds)} ago";
    }

    static string Ahead(long seconds) => seconds switch
    {
        < 60 => $"{seconds} s",
        < 3600 => Two(seconds / 60, "min", seconds % 60, "s"),
        < 86400 => Two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => Two(seconds / 86400, "d", seconds % 86400 / 3600, "h"),
    };

    static string Two(long larger, string unit, long smaller, string smallerUnit) => smaller == 0 ? $"{larger} {unit}" : $"{larger} {unit} {smaller} {smallerUnit}";

    static string Behind(long seconds) => seconds switch
    {
        < 60 => One(seconds, "second"),
        < 3600 => One(seconds / 60, "minute"),
        < 86400 => One(seconds / 3600, "hour"),
        < 365 * 86400 => One(seconds / 86400, "day"),
        _ => One(seconds / (365 * 86400), "year"),
    };

    static string One(long number, string unit) => $"{number} {unit}{(number == 1 ? "" : "s")}";
}
