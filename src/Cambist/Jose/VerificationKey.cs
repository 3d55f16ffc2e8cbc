using System.Security.Cryptography;

namespace Cambist;

/// <summary>A public key that verifies signatures; parsed once, shared by all threads, dropped and never disposed.</summary>
sealed class VerificationKey
{
    readonly RSA? _rsa;
    readonly ECDsa? _ecdsa;
    readonly string? _curve;
    readonly JwsAlgorithm? _onlyAlgorithm;
    readonly int _signatureBytes;

    internal VerificationKey(RSA rsa, string? keyId, JwsAlgorithm? onlyAlgorithm) =>
        (_rsa, KeyId, _onlyAlgorithm, _signatureBytes) = (rsa, keyId, onlyAlgorithm, (rsa.KeySize + 7) / 8);

    internal VerificationKey(ECDsa ecdsa, string curve, string? keyId, JwsAlgorithm? onlyAlgorithm) =>
        (_ecdsa, _curve, KeyId, _onlyAlgorithm, _signatureBytes) = (ecdsa, curve, keyId, onlyAlgorithm, (ecdsa.KeySize + 7) / 8 * 2);

    /// <summary><c>kid</c>, or null.</summary>
    public string? KeyId { get; }

    /// <summary>Whether this key may verify that algorithm: <c>kty</c>, <c>crv</c>, <c>alg</c>, <c>use</c> and <c>key_ops</c> all fit (RFC 8725 §3.1).</summary>
    /// <remarks>Keys whose <c>use</c> or <c>key_ops</c> is something else than verifying are not made at all.</remarks>
    public bool Fits(JwsAlgorithm algorithm) =>
        algorithm.Curve == _curve && (_onlyAlgorithm is null || ReferenceEquals(algorithm, _onlyAlgorithm));

    /// <summary>Whether the other is this key again: the same public numbers, <c>kid</c> and <c>alg</c>.</summary>
    internal bool IsSameAs(VerificationKey other) =>
        KeyId == other.KeyId && _curve == other._curve && ReferenceEquals(_onlyAlgorithm, other._onlyAlgorithm)
        && PublicNumbers.AsSpan().SequenceEqual(other.PublicNumbers);

    byte[] PublicNumbers => _rsa is not null ? _rsa.ExportSubjectPublicKeyInfo() : _ecdsa!.ExportSubjectPublicKeyInfo();

    /// <summary>Verifies a signature; false also for an algorithm that does not fit this key.</summary>
    public bool Verify(JwsAlgorithm algorithm, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature)
    {
        // RFC 7518 §3.3 and §3.4: the signature is as long as the modulus, or R and S at full length. No DER.
        if (!Fits(algorithm) || signature.Length != _signatureBytes) return false;
        Span<byte> buffer = stackalloc byte[JwsAlgorithm.LongestHash];
        var hash = algorithm.HashOf(input, buffer);
        try
        {
            return _rsa is not null
                ? _rsa.VerifyHash(hash, signature, algorithm.Hash, algorithm.Padding!)
                : _ecdsa!.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            // Some platforms throw at a malformed signature where others say no.
            return false;
        }
    }
}
