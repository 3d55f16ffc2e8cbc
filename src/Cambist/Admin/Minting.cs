using Cambist.Protocol;

namespace Cambist;

/// <summary>Whether an impersonation token could be redeemed at all: by some client that may act with it, for some target, that a rule allows and no deny entry forbids.</summary>
internal static class Minting
{
    public static Denied? Check(ResolvedToken subject, Registry registry, DateTimeOffset now)
    {
        Denied? nearest = null;
        var fitting = registry.Rules.All.Where(rule => !rule.IsShadow && Selects(rule.Subject, subject)).ToArray();
        foreach (var rule in fitting)
        {
            foreach (var client in rule.Clients.Order(StringComparer.Ordinal))
            {
                foreach (var target in rule.Targets.Keys)
                {
                    if (!IsMeant(subject.Minted!, client, target) || !CanRedeem(registry.Clients[client])) continue;
                    if (Forbids(subject, rule, registry.Clients[client], target, registry, now) is not { } refusal) return null;
                    nearest ??= refusal;
                }
            }
        }

        if (nearest is not null) return nearest;
        return new(Reason.NoRule, fitting.Length > 0
            ? $"{string.Join(", ", fitting.Select(rule => rule.Name))} would take the subject, and not from this client for these targets"
            : "no rule with subject.issuer: impersonation takes this subject with these claims");
    }

    /// <summary>As selection will decide it but for an actor token, which nobody has yet.</summary>
    static bool Selects(SubjectSelector selector, ResolvedToken subject) =>
        selector.Issuers!.Contains(subject.IssuerName)
        && (selector.TokenTypes?.Contains(subject.TokenType) ?? true)
        && (selector.Kinds?.Contains(subject.Kind) ?? false)
        && selector.Where.FirstUnmet(subject.Claims) is null;

    static bool IsMeant(MintedToken minted, string client, string target) =>
        (minted.Client is null || minted.Client == client) && (minted.Targets is not { } targets || targets.Contains(target));

    static bool CanRedeem(RegisteredClient client) => client is { IsPublic: false, IsDisabled: false } && client.Grants.Contains(GrantTypes.TokenExchange);

    static Denied? Forbids(ResolvedToken subject, Rule rule, RegisteredClient client, string target, Registry registry, DateTimeOffset now)
    {
        var input = new DecisionInput { Client = client, Subject = subject, Target = Target.Default(registry.Resources[target]), Now = now };
        if (DenyCheck.FirstMatch(input, rule, input.Target, registry) is { } deny) return DenyCheck.Refusal(deny);

        // Whom an actor token will name cannot be known yet; where none is wanted, it is the client that acts.
        return rule.Actor is ActorRequirement.Token ? null : Entitlement.CheckMinter(subject, client.Id) ?? MayAct.Check(subject, actor: null, client, registry);
    }
}
