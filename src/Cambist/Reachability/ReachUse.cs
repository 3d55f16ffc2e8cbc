using Cambist.Protocol;

namespace Cambist;

/// <summary>A subject token that a client could send under a rule: what of it is certain, and what it can hold at most.</summary>
/// <param name="Origin">Where it began.</param>
/// <param name="From">The tokens of ours that it is one of; null for another issuer's or an administrator's.</param>
/// <param name="Type">Token type URN it is sent as.</param>
/// <param name="Held">Scopes it can hold; null for kinds of token that have none of their own.</param>
/// <param name="Actors">The levels of <c>act</c> it can carry.</param>
/// <param name="Known">What is certain of its claims.</param>
internal sealed record ReachUse(
    ReachOrigin Origin, ReachedTokens? From, string Type, ReachHeld? Held, ActorLevels Actors, KnownClaims Known)
{
    /// <summary>How many steps it is to find whether somebody may use it under a rule.</summary>
    public int Cost => From is null && Origin.Issuer?.KindOf(Type) is { } kind ? 1 + kind.Audiences.Count / 8 : 1;

    public string IssuerName => From is null ? Origin.Name : ReservedNames.Self;

    /// <summary>Whether the client may use such a token at all: <see cref="Entitlement"/>, for any value of what nobody knows.</summary>
    public bool IsFor(RegisteredClient caller, Registry registry)
    {
        if (From is not null) return Type != TokenTypes.RefreshToken || From is not ReachState { Client: var own } || own == caller; // ReachRules.Users says the rest
        if (Origin.Issuer is not { } issuer) return !caller.IsPublic;
        return MayBeFor(issuer, Type, caller, registry);
    }

    /// <summary>Of an ID token each audience is one that the registry takes, so one of these must mean the caller; other tokens may name more.</summary>
    public static bool MayBeFor(TrustedIssuer issuer, string type, RegisteredClient caller, Registry registry)
    {
        if (issuer.KindOf(type) is not { } kind) return false;
        return issuer.Tokens.Count == 0 || type != TokenTypes.IdToken || kind.Audiences.Any(audience =>
            audience == registry.Issuer || (!caller.IsPublic && (caller.AnswersTo(audience) || caller.ServedIdentifiers.Contains(audience))));
    }

    /// <summary>Whether a rule may select it.</summary>
    public bool MaySelect(Rule rule) =>
        rule.Subject.Issuers!.Contains(IssuerName)
        && (rule.Subject.TokenTypes?.Contains(Type) ?? Type != TokenTypes.RefreshToken)
        && (rule.Subject.Kinds?.Contains(Origin.Kind) ?? (Origin.Issuer is not null && From is null || Origin.Kind == SubjectKind.User))
        && Known.MayMeet(rule.Subject.Where);
}
