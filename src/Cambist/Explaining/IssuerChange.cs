using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Whether a token that a registry took from an issuer is taken under a draft, as far as that rests on claims that are not kept
/// (<c>iss</c>, <c>aud</c>, <c>typ</c>, <c>iat</c>, <c>act</c>, <c>scope</c>). Where the draft takes no less, it is. Keys are not compared.
/// </summary>
/// <param name="Denied">It is not, whatever it says; null where it may be.</param>
/// <param name="Doubt">It rests on what is not kept; null where it does not.</param>
/// <param name="Detail">Of the doubt: on what.</param>
internal sealed record IssuerChange(Denied? Denied, Doubt? Doubt, string Detail)
{
    static readonly IssuerChange None = new(null, null, "");

    public static IssuerChange Of(string name, string tokenType, TokenRole role, Registry then, Registry draft)
    {
        if (name == ReservedNames.Impersonation) return None;
        if (name == ReservedNames.Self) return then.Issuer == draft.Issuer ? None : Unsure(Cambist.Doubt.IssuerChanged, "our own issuer is another in the draft");
        if (!then.Issuers.TryGetValue(name, out var before)) return Unsure(Cambist.Doubt.IssuerChanged, $"the registry then had no issuer {name}");
        if (!draft.Issuers.TryGetValue(name, out var now))
        {
            return before.Issuer is { } iss && draft.IssuersByIdentifier.TryGetValue(iss, out var renamed)
                ? Unsure(Cambist.Doubt.Renamed, $"issuer {name} is named {renamed.Name} in the draft")
                : new(new(Reason.SubjectIssuerUntrusted, $"the draft has no issuer {name}"), null, "");
        }

        if (now.KindOf(tokenType) is not { } kindNow || !ExternalToken.IsTrustedFor(now, role))
            return new(new(Reason.SubjectIssuerUntrusted, $"the draft does not trust {name} for {tokenType}{(role == TokenRole.Actor ? " as actor token" : "")}"), null, "");
        var changed = Changed(before, now) ?? (before.KindOf(tokenType) is { } kindThen ? Changed(kindThen, kindNow) : "tokens");
        return changed is null ? None : Unsure(Cambist.Doubt.IssuerChanged, $"issuers.{name} says another {changed} in the draft, and what the token has there is not recorded");
    }

    static IssuerChange Unsure(Doubt doubt, string detail) => new(null, doubt, detail);

    static string? Changed(TrustedIssuer before, TrustedIssuer now) =>
        before.Issuer != now.Issuer ? "issuer"
        : before.IsResolver != now.IsResolver ? "resolver"
        : before.Introspection is null != now.Introspection is null ? "introspection"
        : !before.Algorithms.All(now.Algorithms.Contains) ? "algorithms"
        : before.AcceptsAct && !now.AcceptsAct ? "act"
        : null;

    static string? Changed(TrustedTokenKind before, TrustedTokenKind now) =>
        !before.Audiences.IsSubsetOf(now.Audiences) ? "audiences"
        : !before.Types.IsSubsetOf(now.Types) ? "typ"
        : now.MaxAge is { } most && !(before.MaxAge <= most) ? "max_age"
        : !HaveSameScopes(before, now) ? "scopes"
        : null;

    static bool HaveSameScopes(TrustedTokenKind before, TrustedTokenKind now) =>
        Equals(before.ScopesFrom, now.ScopesFrom)
        && before.Scopes.Count == now.Scopes.Count
        && before.Scopes.All(pair => now.Scopes.TryGetValue(pair.Key, out var meaning) && meaning == pair.Value);
}
