using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Cambist;

/// <summary>A public key that verifies signatures; parsed once, shared by all threads, dropped and never disposed.</summary>
public sealed class VerificationKey
{
    /// <summary><c>kid</c>, or null.</summary>
    public string? KeyId => throw new InvalidOperationException();

    /// <summary>Whether this key may verify that algorithm: <c>kty</c>, <c>crv</c>, <c>alg</c>, <c>use</c> and <c>key_ops</c> all fit (RFC 8725 §3.1).</summary>
    public bool Fits(JwsAlgorithm algorithm) => throw new InvalidOperationException();

    /// <summary>Verifies a signature.</summary>
    public bool Verify(JwsAlgorithm algorithm, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature) => throw new InvalidOperationException();
}

/// <summary>A JWK set (RFC 7517 §5) as this server uses one.</summary>
public sealed class JsonWebKeySet
{
    /// <summary>No keys.</summary>
    public static readonly JsonWebKeySet Empty = null!;

    /// <summary>The usable keys.</summary>
    public ImmutableArray<VerificationKey> Keys => throw new InvalidOperationException();

    /// <summary>Keys that were left out, with why: an unknown <c>kty</c>, a weak key, a private one. One bad key does not void the set.</summary>
    public ImmutableArray<string> Skipped => throw new InvalidOperationException();

    /// <summary>Reads a set; false where the text is no JSON object with an array <c>keys</c>.</summary>
    /// <param name="utf8">At most 256 KiB.</param>
    /// <param name="keys">The set.</param>
    /// <param name="error">What is wrong with it, in words.</param>
    public static bool TryParse(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out JsonWebKeySet? keys, [NotNullWhen(false)] out string? error) => throw new InvalidOperationException();

    /// <summary>
    /// The one key that a header means: the <c>kid</c> exactly, among keys that fit the algorithm; without a <c>kid</c> the only
    /// key that fits. Null where none or several are left; keys are never tried in turn.
    /// </summary>
    public VerificationKey? Find(string? keyId, JwsAlgorithm algorithm) => throw new InvalidOperationException();

    /// <summary>Whether any key has this <c>kid</c>.</summary>
    public bool Contains(string keyId) => throw new InvalidOperationException();
}
