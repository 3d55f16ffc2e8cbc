using System.Numerics;
using System.Security.Cryptography;

namespace Cambist.Tests.Jose;

/// <summary>RSASSA-PSS with any length of salt (RFC 8017 §9.1.1); the platform only signs with the right one.</summary>
static class HandMadePss
{
    public static byte[] Sign(RSA key, byte[] input, HashAlgorithmName hash, int saltLength)
    {
        var parameters = key.ExportParameters(includePrivateParameters: true);
        var modulus = Number(parameters.Modulus!);
        var encoded = Encode(CryptographicOperations.HashData(hash, input), hash, saltLength, key.KeySize - 1);
        var signature = BigInteger.ModPow(Number(encoded), Number(parameters.D!), modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[key.KeySize / 8 - signature.Length], .. signature];
    }

    static byte[] Encode(byte[] digest, HashAlgorithmName hash, int saltLength, int bits)
    {
        var salt = RandomNumberGenerator.GetBytes(saltLength);
        var h = CryptographicOperations.HashData(hash, [.. new byte[8], .. digest, .. salt]);
        var length = (bits + 7) / 8;
        byte[] db = [.. new byte[length - saltLength - digest.Length - 2], 1, .. salt];
        var mask = Mask(h, hash, db.Length);
        for (var i = 0; i < db.Length; i++) db[i] ^= mask[i];
        db[0] &= (byte)(0xFF >> (8 * length - bits));
        return [.. db, .. h, 0xBC];
    }

    static byte[] Mask(byte[] seed, HashAlgorithmName hash, int length)
    {
        var mask = new List<byte>();
        for (byte counter = 0; mask.Count < length; counter++) mask.AddRange(CryptographicOperations.HashData(hash, [.. seed, 0, 0, 0, counter]));
        return [.. mask.Take(length)];
    }

    static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
