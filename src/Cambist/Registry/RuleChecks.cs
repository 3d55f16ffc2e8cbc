using Cambist.Protocol;

namespace Cambist;

/// <summary>Members of one rule that do not go together.</summary>
static class RuleChecks
{
    public static void Check(RuleDraft draft, RegistryDraft registry)
    {
        var (rule, nodes, _) = draft;
        if (rule.IsDefaultTarget && rule.Targets.Count > 1)
            nodes.Error(draft.Member("default_target")!, $"a default is one target, and this rule has {rule.Targets.Count} ({ScopeNames.Written(rule.Targets.Keys)}); make a rule of its own for it");
        if (rule.MayOutliveSubject && rule.Subject.Issuers!.Contains(ReservedNames.Self))
            nodes.Error(draft.Member("may_outlive_subject")!, "no exchange of our own tokens makes them live longer; take self out of subject.issuer (it is the default), or delete may_outlive_subject");
        if (rule.RefreshLifetime is not null && rule.Actor is ActorRequirement.Token)
            nodes.Error(draft.Member("refresh")!, "an actor token speaks for one exchange, so a rule that wants one gives no refresh token; delete refresh, or make a rule of its own for it");
        if (rule.RefreshLifetime is not null && rule.Subject.Issuers!.Contains(ReservedNames.Impersonation))
            nodes.Error(draft.Member("refresh")!, "an impersonation token is redeemed once, so a rule that takes it gives no refresh token; delete refresh, or make a rule of its own for impersonation");
        if (rule.MaxDepth == 0 && rule.Actor is not ActorRequirement.Nobody)
            nodes.Error(draft.Member("max_depth")!, "leaves no room for the actor that this rule adds; write 1 or more, or actor: none");
        CheckJwt(draft, registry);
        CheckLifetime(draft, registry);
    }

    // a jwt is refused where the resource is opaque, so a rule that gives nothing else could never give anything
    static void CheckJwt(RuleDraft draft, RegistryDraft registry)
    {
        if (draft.Rule.RequestedTokenTypes is not [TokenTypes.Jwt]) return;
        foreach (var target in draft.Rule.Targets.Keys.Order(StringComparer.Ordinal))
        {
            if (registry.Resources[target].Resource.IssuesOpaqueTokens)
                draft.Nodes.Error(draft.Member("requested_token_types")!, $"tokens of {target} are opaque and never a jwt; add access_token");
        }
    }

    static void CheckLifetime(RuleDraft draft, RegistryDraft registry)
    {
        if (draft.Rule.Lifetime is not { } lifetime || draft.Rule.Targets.Count == 0) return;
        var most = draft.Rule.Targets.Keys.Max(target => registry.Resources[target].Resource.TokenLifetime);
        if (lifetime <= most) return;
        var node = draft.Member("lifetime")!;
        draft.Nodes.Warning(node.Position, node.Path, $"{Durations.Format(lifetime)} has no effect: tokens of {ScopeNames.Written(draft.Rule.Targets.Keys)} live {Durations.Format(most)} at most; raise token.lifetime of the resource");
    }
}
