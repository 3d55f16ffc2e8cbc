namespace Cambist.Storage.Sqlite;

/// <summary>Numbers that a store keeps of itself, by name; 0 where there is none yet.</summary>
static class Marks
{
    const string Select = "SELECT value FROM meta WHERE name = ?";
    const string Upsert = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    public const string LatestExpiry = "latest_expiry";
    public const string LatestExternalExpiry = "latest_external_expiry";
    public const string LongestLife = "longest_life";

    /// <summary>The instant of the last revocation: whatever is recorded later is dated later, after a restart or by another process, too.</summary>
    public const string SeparatedAt = "separated_at";

    public static long Read(Database database, string name)
    {
        var select = database.Prepared(Select).Bind(1, name);
        try
        {
            return select.Step() ? select.Number(0) : 0;
        }
        finally
        {
            select.Reset();
        }
    }

    public static void Save(Database database, string name, long value) => database.Prepared(Upsert).Bind(1, name).Bind(2, value).Run();
}
