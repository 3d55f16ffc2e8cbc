using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>What would make a token one of an issuer that is trusted for it.</summary>
internal static class IssuerRemedies
{
    /// <summary>So many characters a mistyped <c>iss</c> may differ by, and so long may it be to be compared.</summary>
    const int Typos = 2;
    const int Longest = 512;

    public static IEnumerable<Remedy> OfUntrusted(UntrustedToken token, RegisteredClient client, Registry registry)
    {
        var role = token.Role == TokenRole.Actor ? "actor" : "subject";
        if (registry.IssuersByIdentifier.TryGetValue(token.Issuer, out var issuer)) return OfKnown(issuer, token, role, client, registry);
        if (token.Issuer == registry.Issuer) return [RemedyTexts.Ask($"This server issues access tokens: send it with {role}_token_type={TokenTypes.AccessToken}.")];
        if (token.Issuer.Length <= Longest && Near(token.Issuer, registry) is { } near)
        {
            return
            [
                RemedyTexts.Ask($"The token's iss is nearly that of {near.Name}, and not to the byte: see it with cambist inspect (http or https, a slash at the end, capitals, a letter). Send a token of {near.Name} itself, whose iss is {near.Issuer}."),
                RemedyTexts.Registry(
                    $"If {near.Name}'s own discovery document says another issuer than issuers.{near.Name}.issuer, write that one, to the byte.",
                    "A name that looks alike may be somebody else's: go by what the provider publishes, never by the token."),
            ];
        }

        var general = RemedyTexts.Of(token.Role == TokenRole.Actor ? Reason.ActorIssuerUntrusted : Reason.SubjectIssuerUntrusted);
        return token.Role == TokenRole.Actor ? [RemedyTexts.Ask($"Send an actor token that a rule takes. {ActorRemedies.Taken(client, registry)}"), .. general.Skip(1)] : general;
    }

    /// <summary>It is trusted, but not for this: for another kind of token, or in the other role.</summary>
    static IEnumerable<Remedy> OfKnown(TrustedIssuer issuer, UntrustedToken token, string role, RegisteredClient client, Registry registry)
    {
        var lacksKind = issuer.KindOf(token.TokenType) is null;
        var lacksRole = !ExternalToken.IsTrustedFor(issuer, token.Role);
        var isActor = token.Role == TokenRole.Actor;
        ImmutableArray<string> kinds = [.. issuer.Tokens.Keys.Order(StringComparer.Ordinal)];
        if (isActor) yield return RemedyTexts.Ask($"Send an actor token that a rule takes. {ActorRemedies.Taken(client, registry)}");
        if (lacksKind && !kinds.IsEmpty)
            yield return RemedyTexts.Ask($"{issuer.Name}'s tokens are taken as {string.Join(" or ", kinds.Select(TokenKindNames.Of))}: send {string.Join(" or ", kinds.Select(kind => $"{role}_token_type={kind}"))}, if that is what the token is.");
        else if (lacksKind)
            yield return RemedyTexts.Ask($"{issuer.Name}'s tokens are not taken as {TokenKindNames.Of(token.TokenType)}: declare in {role}_token_type what the token really is.");
        if (lacksRole)
        {
            yield return RemedyTexts.Registry(
                $"Its tokens are not taken as {role} tokens: in issuers.{issuer.Name}, write roles: {(isActor ? "[subject, actor]" : "[actor, subject]")}.",
                isActor ? $"Whoever has a token of {issuer.Name} can then act, wherever a rule takes actors of it." : $"Whoever has the keys of {issuer.Name} can then be anybody whom its subjects can be.");
        }
    }

    /// <summary>The issuer that is meant, where only the form or a letter or two are wrong.</summary>
    static TrustedIssuer? Near(string identifier, Registry registry)
    {
        var plain = Plain(identifier);
        return registry.IssuersByIdentifier.Values.Where(one => Spelling.IsNear(plain, Plain(one.Issuer!), Typos)).OrderBy(one => one.Name, StringComparer.Ordinal).FirstOrDefault();
    }

    /// <summary>Without scheme, capitals, and slashes at the end.</summary>
    static string Plain(string identifier)
    {
        var scheme = identifier.IndexOf("://", StringComparison.Ordinal);
        return identifier[(scheme < 0 ? 0 : scheme + 3)..].TrimEnd('/').ToUpperInvariant();
    }
}
