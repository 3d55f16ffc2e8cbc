using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Cambist;

/// <summary>A JWK set (RFC 7517 §5) as this server uses one.</summary>
sealed class JsonWebKeySet
{
    /// <summary>The most bytes that are read: 256 KiB.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>The most entries that are looked at; more are skipped.</summary>
    public const int MaxKeys = 100;

    /// <summary>No keys.</summary>
    public static readonly JsonWebKeySet Empty = new([], []);

    JsonWebKeySet(ImmutableArray<VerificationKey> keys, ImmutableArray<string> skipped) => (Keys, Skipped) = (keys, skipped);

    /// <summary>The usable keys.</summary>
    public ImmutableArray<VerificationKey> Keys { get; }

    /// <summary>Keys that were left out, with why: an unknown <c>kty</c>, a weak key, a private one. One bad key does not void the set.</summary>
    public ImmutableArray<string> Skipped { get; }

    /// <summary>Reads a set; false where the text is no JSON object with an array <c>keys</c>.</summary>
    /// <param name="utf8">At most <see cref="MaxBytes"/>.</param>
    /// <param name="keys">The set.</param>
    /// <param name="error">What is wrong with it, in words.</param>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out JsonWebKeySet? keys, [NotNullWhen(false)] out string? error)
    {
        keys = null;
        error = null;
        if (!Claims.TryParse(utf8, MaxBytes, out var document, out var fault))
            error = $"The JWK set is not read: {fault}.";
        else if (!document.TryGet("keys"u8, out var entries) || entries.Kind != ClaimKind.Array)
            error = "The JWK set has no array keys (RFC 7517 §5.1).";
        else
            keys = Read(entries);
        return error is null;
    }

    /// <summary>A set of these keys.</summary>
    public static JsonWebKeySet Of(params IEnumerable<VerificationKey> keys) => new([.. keys], []);

    /// <summary>This set, in which keys that <paramref name="earlier"/> has too are those very objects.</summary>
    internal JsonWebKeySet Keeping(JsonWebKeySet earlier)
    {
        var keys = ImmutableArray.CreateBuilder<VerificationKey>(Keys.Length);
        foreach (var key in Keys) keys.Add(earlier.Keys.FirstOrDefault(key.IsSameAs) ?? key);
        return new(keys.MoveToImmutable(), Skipped);
    }

    static JsonWebKeySet Read(Claim entries)
    {
        var keys = ImmutableArray.CreateBuilder<VerificationKey>();
        var skipped = ImmutableArray.CreateBuilder<string>();
        var number = 0;
        foreach (var entry in entries.EnumerateArray())
        {
            if (number++ == MaxKeys)
            {
                skipped.Add($"keys {number} to {entries.Count}: only the first {MaxKeys} are read");
                break;
            }

            if (JsonWebKey.TryRead(entry, out var key, out var whyNot)) keys.Add(key);
            else skipped.Add($"key {number}{Named(entry)}: {whyNot}");
        }

        return new JsonWebKeySet(keys.DrainToImmutable(), skipped.DrainToImmutable());
    }

    static string Named(Claim entry) => entry.TryGet("kid"u8, out var kid) && KeyIds.TryRead(kid, out var keyId) ? $" ({keyId})" : "";

    /// <summary>
    /// The one key that a header means: the <c>kid</c> exactly, among keys that fit the algorithm; without a <c>kid</c> the only
    /// key that fits. Null where none or several are left; keys are never tried in turn.
    /// </summary>
    public VerificationKey? Find(string? keyId, JwsAlgorithm algorithm)
    {
        VerificationKey? found = null;
        foreach (var key in Keys)
        {
            if ((keyId is not null && key.KeyId != keyId) || !key.Fits(algorithm)) continue;
            if (found is not null) return null;
            found = key;
        }

        return found;
    }

    /// <summary>Whether any usable key has this <c>kid</c>.</summary>
    public bool Contains(string keyId)
    {
        foreach (var key in Keys)
            if (key.KeyId == keyId) return true;
        return false;
    }
}
