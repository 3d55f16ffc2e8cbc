namespace Cambist;

/// <summary>An issuer that no rule takes tokens of.</summary>
static class UnusedIssuers
{
    public const string Name = "unused-issuer";

    public static void Check(LintRun run)
    {
        var used = new HashSet<string>();
        foreach (var (rule, _, _) in run.Draft.Rules)
        {
            used.UnionWith(rule.Subject.Issuers!);
            if (rule.Actor is ActorRequirement.Token actor) used.UnionWith(actor.Issuers);
        }

        foreach (var issuer in run.Draft.Issuers.Values.Where(issuer => !used.Contains(issuer.Issuer.Name)))
        {
            run.Warn(Name, issuer.Position, issuer.Path,
                $"no rule takes its tokens, so it is trusted for nothing; add subject: {{ issuer: {issuer.Issuer.Name} }} to a rule, or delete it");
        }
    }
}
