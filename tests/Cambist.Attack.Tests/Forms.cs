using System.Text.Json.Nodes;

namespace Cambist.Attack.Tests;

/// <summary>
/// The forms in which an access token for one of the APIs of <c>api</c> comes in. A check that one form passes through and another
/// does not is the commonest hole of this field, so tests go through all.
/// </summary>
static class Forms
{
    public const string OwnJwt = "own JWT", OwnOpaque = "own opaque", External = "external JWT", Introspected = "introspected", Resolved = "resolved";

    public static TheoryData<string> All => [OwnJwt, OwnOpaque, External, Introspected, Resolved];

    /// <summary>Those whose claims somebody else chooses.</summary>
    public static TheoryData<string> Foreign => [External, Introspected, Resolved];

    /// <summary>The resource that a token of this form is for.</summary>
    public static string HomeOf(string form) => form == OwnOpaque ? "vault" : "orders";

    /// <summary>An honest one, with these scopes.</summary>
    public static Task<string> IssueAsync(this Arena arena, string form, string scope) =>
        form is OwnJwt or OwnOpaque ? arena.SignInAsync(HomeOf(form), scope) : Task.FromResult(arena.IssueForeign(form, claims => claims["scope"] = scope));

    /// <summary>One of another issuer, for orders with read; <paramref name="change"/> may do with its claims whatever it wants.</summary>
    public static string IssueForeign(this Arena arena, string form, Action<JsonObject> change)
    {
        if (form == External) return arena.Partner.AccessToken("alice", Arena.Orders, "read", "somebody", change);
        if (form == Introspected) return arena.Opaque.OpaqueTokens.Issue("pt_", "alice", Arena.Orders, change);
        var claims = arena.Login.AccessTokenClaims("alice", Arena.Orders, "read", "somebody");
        claims.Remove("iss");
        change(claims);
        return arena.Session(claims);
    }
}
