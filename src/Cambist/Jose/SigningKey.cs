namespace Cambist;

/// <summary>One of our private keys, with what every token under it begins with. Shared by all threads; dropped, never disposed.</summary>
public sealed class SigningKey
{
    /// <summary>Makes a new key: EC on the algorithm's curve, or RSA of 2048 bits. <c>kid</c> is its RFC 7638 thumbprint.</summary>
    public static SigningKey Create(JwsAlgorithm algorithm) => throw new InvalidOperationException();

    /// <summary>Reads what <see cref="ExportPrivateKey"/> wrote.</summary>
    public static SigningKey Import(JwsAlgorithm algorithm, ReadOnlySpan<byte> pkcs8) => throw new InvalidOperationException();

    /// <summary><c>kid</c>.</summary>
    public string KeyId => throw new InvalidOperationException();

    /// <summary>Its one algorithm.</summary>
    public JwsAlgorithm Algorithm => throw new InvalidOperationException();

    /// <summary>The public half as a JWK: <c>kty</c>, <c>use</c>, <c>alg</c>, <c>kid</c> and the key's public members.</summary>
    public ReadOnlyMemory<byte> PublicJwk => throw new InvalidOperationException();

    /// <summary>The public half, to verify our own tokens.</summary>
    public VerificationKey PublicKey => throw new InvalidOperationException();

    /// <summary>The encoded header of an access token (<c>alg</c>, <c>typ: at+jwt</c>, <c>kid</c>), ASCII.</summary>
    public ReadOnlyMemory<byte> AccessTokenHeader => throw new InvalidOperationException();

    /// <summary>The longest signature this key makes.</summary>
    public int SignatureBytes => throw new InvalidOperationException();

    /// <summary>Signs, and says how many bytes were written.</summary>
    public int Sign(ReadOnlySpan<byte> input, Span<byte> signature) => throw new InvalidOperationException();

    /// <summary>The private key, PKCS #8, to be sealed.</summary>
    public byte[] ExportPrivateKey() => throw new InvalidOperationException();
}
