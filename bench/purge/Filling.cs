using System.Security.Cryptography;
using Cambist.Storage.Sqlite;

namespace Cambist.PurgeBench;

/// <summary>Entries as exchanges make them, and a store full of old ones.</summary>
static class Filling
{
    /// <summary>Older than what the rounds keep.</summary>
    public static readonly TimeSpan Age = TimeSpan.FromDays(100);

    /// <summary>When the old keys stop to matter, counted from when they were made.</summary>
    public static readonly TimeSpan KeyLife = TimeSpan.FromMinutes(5);

    public static async Task FillAsync(string path, int count)
    {
        await using var store = SqliteStore.Open(path, new ShiftedClock(-Age));
        var keepUntil = (ShiftedClock.Today - Age + KeyLife).ToUnixTimeMilliseconds();
        const int AtOnce = 2000;
        for (var done = 0; done < count; done += AtOnce)
            await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, count - done)).Select(_ => store.Ledger.CommitAsync(Entry(keepUntil, keys: 1), CancellationToken.None).AsTask()));
    }

    public static LedgerEntry Entry(long keepUntil, int keys) => new()
    {
        Outcome = DecisionOutcome.Issued,
        Action = "urn:ietf:params:oauth:grant-type:token-exchange",
        Client = "bench",
        Subject = new("login", "user-4711", "AAAAAAAAAAAAAAAAAAAAAA"),
        IssuedId = "AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBBBBBBBB",
        Target = "api",
        ScopesAsked = ["read"],
        ScopesGiven = ["read"],
        Rule = "load",
        RegistryRevision = "0123456789abcdef",
        ExpiresAt = keepUntil,
        Consumes = [.. Enumerable.Range(0, keys).Select(_ => new OneTimeKey(OneTimeKeyKind.ClientAssertion, RandomNumberGenerator.GetBytes(32), keepUntil))],
    };
}

/// <summary>The machine's clock, moved by a fixed time.</summary>
sealed class ShiftedClock(TimeSpan by) : TimeProvider
{
    public static DateTimeOffset Today => System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => Today + by;
}
