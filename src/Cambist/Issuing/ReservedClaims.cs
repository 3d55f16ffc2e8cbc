using System.Collections.Frozen;

namespace Cambist;

/// <summary>Claims that the engine alone writes; an error in rules and resources, refused from customizers.</summary>
static class ReservedClaims
{
    /// <summary>All of them.</summary>
    public static readonly FrozenSet<string> Names = new[]
    {
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "azp", "scope", "scp", "act", "may_act", "cnf", "auth_time", "acr", "amr",
        "sid", "nonce", "events", "typ", "txn", "token_type", "active", "authorization_details", "sub_kind",
    }.ToFrozenSet(StringComparer.Ordinal);
}
