using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Cambist.Tests.Jose;

/// <summary>Keys that tests share, because making an RSA key takes long.</summary>
static class TestKeys
{
    static readonly ConcurrentDictionary<JwsAlgorithm, Lazy<SigningKey>> OurKeys = new();

    public static readonly RSA Rsa = RSA.Create(2048);
    public static readonly ECDsa P256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    public static readonly ECDsa P384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    public static readonly ECDsa P521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);

    public static SigningKey For(JwsAlgorithm algorithm) =>
        OurKeys.GetOrAdd(algorithm, static a => new Lazy<SigningKey>(() => SigningKey.Create(a))).Value;
}
