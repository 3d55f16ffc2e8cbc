namespace Cambist;

/// <summary>A rule for impersonation tokens that says nothing of who may be impersonated, and no deny entry that does.</summary>
static class UnboundedImpersonation
{
    public const string Name = "unbounded-impersonation";

    public static void Check(LintRun run)
    {
        foreach (var rule in run.Rules.Where(rule => rule.Rule.Subject.Issuers!.Contains(ReservedNames.Impersonation)))
        {
            if (BoundsSubject(rule.Rule.Subject.Where) || run.Registry.Deny.Any(entry => Bounds(entry, rule.Rule))) continue;
            var at = rule.Member("subject")!;
            run.Warn(Name, rule.Nodes, at.Position, at.Path,
                "does not say who may be impersonated, so administrators may be, too; add a condition on sub, such as where: { sub: \"customer:**\" }, or a deny entry with subject: { kind: impersonated, where: { sub: \"admin-**\" } }");
        }
    }

    static bool Bounds(DenyEntry entry, Rule rule) =>
        entry.Actor is null && entry.Subject is { TokenTypes: null } subject && BoundsSubject(subject.Where)
        && subject.Kinds?.Contains(SubjectKind.Impersonated) != false
        && subject.Issuers?.Contains(ReservedNames.Impersonation) != false
        && (entry.Clients is null || rule.Clients.IsSubsetOf(entry.Clients))
        && (entry.Targets is null || rule.Targets.Keys.All(entry.Targets.Contains));

    static bool BoundsSubject(ConditionSet where) => where.Entries.Any(entry => entry.Path.Steps is ["sub"]);
}
