using System.Security.Cryptography;

namespace Cambist;

/// <summary>A curve that JWS knows (RFC 7518 §6.2.1.1).</summary>
internal sealed record EllipticCurve(string Name, ECCurve Curve, int CoordinateBytes)
{
    static readonly EllipticCurve[] All =
    [
        new("P-256", ECCurve.NamedCurves.nistP256, 32),
        new("P-384", ECCurve.NamedCurves.nistP384, 48),
        new("P-521", ECCurve.NamedCurves.nistP521, 66),
    ];

    public static EllipticCurve Of(JwsAlgorithm algorithm) => Array.Find(All, curve => curve.Name == algorithm.Curve)!;

    public static EllipticCurve? Named(Claim name)
    {
        foreach (var curve in All)
            if (name.IsString(curve.Name)) return curve;
        return null;
    }
}
