using System.Globalization;

namespace Cambist.Server;

/// <summary>Instants on the admin API: RFC 3339 in UTC, to the millisecond.</summary>
static class Times
{
    public static string Of(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Of(DateTimeOffset instant) => Of(instant.ToUnixTimeMilliseconds());

    public static bool TryRead(string text, out long milliseconds)
    {
        var isRead = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time);
        milliseconds = isRead ? time.ToUnixTimeMilliseconds() : 0;
        return isRead;
    }
}
