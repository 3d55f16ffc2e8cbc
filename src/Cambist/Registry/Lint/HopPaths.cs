using System.Collections.Frozen;

namespace Cambist;

/// <summary>What happens to a subject token's claims when it is exchanged: our token holds our own claims, and those that are copied.</summary>
static class HopPaths
{
    /// <summary>Claims that every token of ours can have without a word in the registry.</summary>
    static readonly FrozenSet<string> Ours = ["iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope", "act", "sub_kind", "auth_time", "acr", "amr"];

    /// <summary>Whether a token that a rule gives for a resource can hold a claim.</summary>
    public static bool Carries(ProtectedResource resource, Rule rule, ClaimPath claim) =>
        Adds(rule, claim) || Names(resource.Claims, claim);

    /// <summary>Whether a token that a rule gives can hold a claim whatever its resource has copied.</summary>
    public static bool Adds(Rule rule, ClaimPath claim) => Ours.Contains(claim.Steps[0]) || Names(rule.Claims, claim);

    static bool Names(IEnumerable<ClaimMapping> claims, ClaimPath claim) => claims.Any(mapping => mapping.Name == claim.Steps[0]);
}
