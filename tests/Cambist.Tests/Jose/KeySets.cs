using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Cambist.Tests.Jose;

/// <summary>JWK sets made by hand.</summary>
static class KeySets
{
    public static JsonWebKeySet Read(string json)
    {
        JsonWebKeySet.TryParse(Encoding.UTF8.GetBytes(json), out var set, out var error).ShouldBeTrue(error);
        return set!;
    }

    public static JsonWebKeySet Of(params string[] jwks) => Read($$"""{"keys":[{{string.Join(',', jwks)}}]}""");

    /// <summary>The only entry of a set must have been left out; the answer says why.</summary>
    public static string WhyNot(string jwk)
    {
        var set = Of(jwk);
        set.Keys.ShouldBeEmpty();
        return set.Skipped.ShouldHaveSingleItem();
    }

    public static string Rsa(RSA key, string more = "")
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return Rsa(Base64Url.EncodeToString(parameters.Modulus), Base64Url.EncodeToString(parameters.Exponent), more);
    }

    public static string Rsa(string n, string e, string more = "") => $$"""{"kty":"RSA","n":"{{n}}","e":"{{e}}"{{more}}}""";

    public static string Ec(ECDsa key, string curve, string more = "")
    {
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        return Ec(curve, Base64Url.EncodeToString(q.X), Base64Url.EncodeToString(q.Y), more);
    }

    public static string Ec(string curve, string x, string y, string more = "") => $$"""{"kty":"EC","crv":"{{curve}}","x":"{{x}}","y":"{{y}}"{{more}}}""";
}
