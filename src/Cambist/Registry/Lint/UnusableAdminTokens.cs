namespace Cambist;

/// <summary>A rule for the admin API whose tokens the admin API never takes: delegated or impersonated ones.</summary>
static class UnusableAdminTokens
{
    public const string Name = "unusable-admin-token";

    public static void Check(LintRun run)
    {
        foreach (var rule in run.Rules.Where(rule => rule.Rule.Targets.ContainsKey(ReservedNames.AdminResource)))
        {
            if (Fault(rule.Rule) is not { } fault) continue;
            var at = (rule.Member("targets") as DocumentMap)?.Member(ReservedNames.AdminResource) ?? rule.Node;
            run.Warn(Name, rule.Nodes, at.Position, at.Path, $"{fault}, and the admin API takes no such token; give administrators theirs by actor: none for their own sign-in, or by client_credentials");
        }
    }

    static string? Fault(Rule rule)
    {
        if (rule.Actor is not ActorRequirement.Nobody) return "every token of this rule carries act";
        var isImpersonated = rule.Subject.Issuers!.All(issuer => issuer == ReservedNames.Impersonation) || rule.Subject.Kinds?.All(kind => kind == SubjectKind.Impersonated) == true;
        return isImpersonated ? "every token of this rule is an impersonated one" : null;
    }
}
