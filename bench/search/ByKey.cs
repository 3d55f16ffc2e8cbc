using System.Security.Cryptography;
using System.Text;

namespace Cambist.SearchBench;

/// <summary>What introspection and the token endpoint look up by a key: half of it is there, half is not.</summary>
static class ByKey
{
    static readonly byte[] Content = Encoding.UTF8.GetBytes(
        """{"aud":"https://kept.example.com","client_id":"client-17","scope":"read","iat":1790000000,"sub":"user-123456","act":{"sub":"client-17"},"jti":"0123456789012345678901.0123456789012345678901"}""");

    /// <summary>Statements that put so many one-time keys and stored tokens into an empty store, and a tenth as many revocations, sorted.</summary>
    public static string[] Filling(int count) =>
    [
        "SET work_mem = '512MB'",
        $"INSERT INTO cambist.one_time_keys (key, kind, keep_until) SELECT sha256(convert_to('key-' || i, 'UTF8')), 2, 4102444800000 + i FROM generate_series(0, {count - 1}) AS i ORDER BY 1",
        $"INSERT INTO cambist.stored_tokens (hash, kind, id, expires_at, content) SELECT sha256(convert_to('token-' || i, 'UTF8')), 1, convert_to(md5(i::text) || '.0123456789', 'UTF8'), 4102444800000 + i, decode('{Convert.ToHexString(Content)}', 'hex') FROM generate_series(0, {count - 1}) AS i ORDER BY 1",
        $"INSERT INTO cambist.revocations (kind, value, at, reason, keep_until) SELECT 1, convert_to('root-' || i, 'UTF8'), 1, 'left', 4102444800000 FROM generate_series(0, {(count / 10) - 1}) AS i ORDER BY 2",
    ];

    public static readonly (string Name, Func<Place, Random, Task<int>> Look)[] Kinds =
    [
        ("a decision by its id", async (place, random) => await place.Store.Decisions.FindAsync(place.Decisions[random.Next(place.Decisions.Length)], default) is null ? 0 : 1),
        ("whether a token is revoked", async (place, random) => await place.Store.Ledger.IsRevokedAsync(LineageOf(place, random), default) is null ? 0 : 1),
        ("whether a key was used", async (place, random) => await place.Store.Ledger.IsUsedAsync(new(OneTimeKeyKind.ClientAssertion, HashOf("key", place, random), 0), default) ? 1 : 0),
        ("a token by its hash", async (place, random) => await place.Store.Tokens.FindAsync(HashOf("token", place, random), default) is null ? 0 : 1),
    ];

    // Two hops, so: three ids, the subject, the client and the issuer.
    static TokenLineage LineageOf(Place place, Random random) =>
        new($"root-{random.Next(place.Keys / 5)}.0123456789012345678901.0123456789012345678901", "user-" + random.Next(), "client-" + random.Next(100), "login", 4102444800000, false);

    static byte[] HashOf(string what, Place place, Random random) => SHA256.HashData(Encoding.UTF8.GetBytes($"{what}-{random.Next(2 * place.Keys)}"));
}

/// <summary>A store to look into.</summary>
/// <param name="Store">It.</param>
/// <param name="Filling">What it was filled with.</param>
/// <param name="Times">From when to when.</param>
/// <param name="Decisions">Some ids of its entries.</param>
/// <param name="Keys">How many one-time keys and tokens it has.</param>
sealed record Place(Store Store, Filling Filling, (long From, long Until) Times, DecisionId[] Decisions, int Keys);
