using System.Security.Cryptography;

namespace Cambist;

/// <summary>Makes keys and seals them.</summary>
/// <param name="sealWith">Asked when something is sealed, and not before.</param>
sealed class KeyMaker(Func<KeySealer> sealWith)
{
    /// <summary>A new signing key, which nothing says yet when to use.</summary>
    public SealedKey SigningKey(JwsAlgorithm algorithm, DateTimeOffset now)
    {
        SigningKey key;
        do key = Cambist.SigningKey.Create(algorithm);
        while (key.KeyId[0] == '-'); // on a command line it would pass for an option
        return Sealed(key.KeyId, StoredKeyUse.Signing, algorithm.Name, key.ExportPrivateKey(), now);
    }

    /// <summary>A new lineage key.</summary>
    public SealedKey LineageKey(DateTimeOffset now) =>
        Sealed("lineage", StoredKeyUse.Lineage, "HS256", RandomNumberGenerator.GetBytes(32), now);

    /// <summary>Whether a key is sealed under the sealing key that seals new ones.</summary>
    public bool IsSealedByNewest(SealedKey key) => sealWith().IsSealedByNewest(key.Sealed.Span);

    /// <summary>The same key, sealed under the newest sealing key.</summary>
    /// <exception cref="KeySealException">It does not open.</exception>
    public SealedKey Reseal(SealedKey key)
    {
        var sealer = sealWith();
        var opened = sealer.Open(key.KeyId, key.Sealed.Span);
        var again = key with { Sealed = sealer.Seal(key.KeyId, opened) };
        CryptographicOperations.ZeroMemory(opened);
        return again;
    }

    SealedKey Sealed(string keyId, StoredKeyUse use, string algorithm, byte[] privateKey, DateTimeOffset now)
    {
        var instant = now.ToUnixTimeMilliseconds();
        var sealedKey = sealWith().Seal(keyId, privateKey);
        CryptographicOperations.ZeroMemory(privateKey);
        return new(keyId, use, algorithm, CreatedAt: instant, SignsFrom: instant, SignsUntil: null, RevokedAt: null, sealedKey);
    }
}
