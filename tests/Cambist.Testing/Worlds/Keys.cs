
namespace Cambist.Testing;

/// <summary>Keys of providers, made once: RSA keys take their time.</summary>
public static class Keys
{
    public static readonly TestKey Rs256 = TestKey.Create("RS256", "rs256-1");
    public static readonly TestKey Es256 = TestKey.Create("ES256", "es256-1");
    public static readonly TestKey Es384 = TestKey.Create("ES384", "es384-1");

    /// <summary>Nobody publishes this one.</summary>
    public static readonly TestKey Strange = TestKey.Create("ES256", "es256-1");

    /// <summary>Nor this one.</summary>
    public static readonly TestKey StrangeRsa = TestKey.Create("RS256", "rs256-1");
}
