using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Cambist;

/// <summary>
/// Seals private keys at rest with AES-256-GCM. A sealed key is a version byte, 8 bytes that name the sealing key, a random
/// 96-bit nonce, the ciphertext and the tag; its <c>kid</c> is the associated data, so that it opens under its own name only.
/// </summary>
sealed class KeySealer
{
    /// <summary>Length of a sealing key in bytes.</summary>
    public const int KeyBytes = 32;

    const byte Version = 1;
    const int FingerprintBytes = 8;
    const int NonceBytes = 12;
    const int TagBytes = 16;
    const int HeaderBytes = 1 + FingerprintBytes + NonceBytes;

    readonly ImmutableArray<(ulong Fingerprint, byte[] Key)> _keys;

    /// <summary>Takes sealing keys of 32 bytes each; the last one seals, all open.</summary>
    /// <exception cref="ArgumentException">There is none, or one has another length.</exception>
    public KeySealer(IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0 || keys.Any(key => key.Length != KeyBytes)) throw new ArgumentException($"Sealing keys have {KeyBytes} bytes, and there is at least one.", nameof(keys));
        _keys = [.. keys.Select(key => (FingerprintOf(key), key))];
    }

    /// <summary>Seals a private key.</summary>
    public byte[] Seal(string keyId, ReadOnlySpan<byte> privateKey)
    {
        var (fingerprint, key) = _keys[^1];
        var result = new byte[HeaderBytes + privateKey.Length + TagBytes];
        result[0] = Version;
        BinaryPrimitives.WriteUInt64BigEndian(result.AsSpan(1), fingerprint);
        var nonce = result.AsSpan(1 + FingerprintBytes, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, privateKey, result.AsSpan(HeaderBytes, privateKey.Length), result.AsSpan(HeaderBytes + privateKey.Length), Encoding.UTF8.GetBytes(keyId));
        return result;
    }

    /// <summary>The same keys, of which the one that sealed this, if it is among them, seals.</summary>
    public KeySealer SealingLike(ReadOnlySpan<byte> sealedKey)
    {
        var fingerprint = FingerprintIn(sealedKey);
        return new([.. _keys.OrderBy(one => one.Fingerprint == fingerprint).Select(one => one.Key)]);
    }

    /// <summary>Whether a key is sealed under the sealing key that seals new ones.</summary>
    public bool IsSealedByNewest(ReadOnlySpan<byte> sealedKey) =>
        sealedKey.Length >= HeaderBytes && sealedKey[0] == Version && FingerprintIn(sealedKey) == _keys[^1].Fingerprint;

    /// <summary>Opens a sealed key. The caller clears what it gets.</summary>
    /// <exception cref="KeySealException">It was sealed under a key this sealer does not have, or is damaged or another key's.</exception>
    public byte[] Open(string keyId, ReadOnlySpan<byte> sealedKey)
    {
        if (sealedKey.Length < HeaderBytes + TagBytes || sealedKey[0] != Version)
            throw new KeySealException($"The stored key {keyId} is not sealed in a form this release knows; it was written by a newer release, or is damaged.");

        var fingerprint = FingerprintIn(sealedKey);
        var key = Find(fingerprint) ?? throw new KeySealException(
            $"The stored key {keyId} was sealed under key {fingerprint:x16} of a key file, and the key file in use holds only {string.Join(", ", _keys.Select(one => $"{one.Fingerprint:x16}"))}. "
            + "Point Cambist:KeyFile at the file that was used before, or add its line to this one.");

        var privateKey = new byte[sealedKey.Length - HeaderBytes - TagBytes];
        using var aes = new AesGcm(key, TagBytes);
        try
        {
            aes.Decrypt(sealedKey.Slice(1 + FingerprintBytes, NonceBytes), sealedKey[HeaderBytes..^TagBytes], sealedKey[^TagBytes..], privateKey, Encoding.UTF8.GetBytes(keyId));
            return privateKey;
        }
        catch (AuthenticationTagMismatchException mismatch)
        {
            throw new KeySealException($"The stored key {keyId} does not open although Cambist:KeyFile holds the key that sealed it: it was changed in the store.", mismatch);
        }
    }

    byte[]? Find(ulong fingerprint)
    {
        foreach (var one in _keys)
            if (one.Fingerprint == fingerprint) return one.Key;
        return null;
    }

    static ulong FingerprintIn(ReadOnlySpan<byte> sealedKey) => BinaryPrimitives.ReadUInt64BigEndian(sealedKey[1..]);

    static ulong FingerprintOf(byte[] key) => BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(key));
}

/// <summary>Keys of the store cannot be used: the message tells the operator which setting to look at. The server must not start.</summary>
public sealed class KeySealException : Exception
{
    /// <summary>With a message for the operator and the cause.</summary>
    public KeySealException(string message, Exception? innerException = null) : base(message, innerException) { }
}
