using System.Security.Cryptography;
using System.Text;

namespace Cambist.Storage.Tests;

/// <summary>Entries, keys and tokens to try stores with.</summary>
static class Some
{
    public static LedgerEntry Entry(string client = "web") => new()
    {
        Outcome = DecisionOutcome.Issued,
        Action = "urn:ietf:params:oauth:grant-type:token-exchange",
        Client = client,
        RegistryRevision = "0123456789abcdef",
    };

    public static LedgerEntry AdminAct(string why = "ticket 4711") => Entry() with { Outcome = DecisionOutcome.AdminAct, Action = "impersonation.mint", Trace = why };

    public static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    public static OneTimeKey Key(string text, OneTimeKeyKind kind = OneTimeKeyKind.ClientAssertion, long keepUntil = long.MaxValue / 2) => new(kind, Hash(text), keepUntil);

    public static StoredToken Token(string text, StoredTokenKind kind = StoredTokenKind.AccessToken, long? expiresAt = null) =>
        new(Hash(text), kind, "id-" + text, expiresAt ?? ManualClock.Start.AddMinutes(10).ToUnixTimeMilliseconds(), """{"sub":"gitlab:4711"}"""u8.ToArray());

    public static TokenLineage Own(string id, string subject = "alice", string? client = "web", string issuer = "self", long? issuedAt = null) =>
        new(id, subject, client, issuer, issuedAt ?? ManualClock.Start.ToUnixTimeMilliseconds(), IsExternal: false);

    public static TokenLineage External(string id, string subject = "alice", string issuer = "login", long? issuedAt = null) =>
        new(id, subject, null, issuer, issuedAt ?? ManualClock.Start.ToUnixTimeMilliseconds(), IsExternal: true);

    public static Revocation Revocation(RevocationKind kind, string value, long keepUntil = 0) => new(kind, value, 0, "it leaked", keepUntil);
}
