namespace Cambist;

/// <summary>What our own tokens that are looked up begin with; nobody else's may.</summary>
internal static class OurPrefixes
{
    public static readonly string[] All = [ImpersonationTokens.Prefix, OpaqueTokens.Prefix, RefreshTokens.Prefix];
}
