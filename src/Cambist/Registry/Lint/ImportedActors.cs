namespace Cambist;

/// <summary>
/// A rule's condition on <c>act.sub</c> of our own tokens that says nothing of <c>act.iss</c>, while another rule leaves the chain of a
/// token that brought one outermost: that issuer's actor of the same name passes too.
/// </summary>
static class ImportedActors
{
    public const string Name = "imported-actor";

    public static void Check(LintRun run)
    {
        if (FirstImport(run) is not var (import, issuer)) return;
        foreach (var site in run.Wheres.Where(site => site.Of == WhereOf.Rule && site.TestsOurs))
        {
            if (site.Conditions.Entries.Any(entry => entry.Path.Steps is ["act", "iss"])) continue;
            foreach (var (written, (path, condition)) in site.Entries)
            {
                if (path.Steps is not ["act", "sub"] || condition is ExistsCondition or NotCondition) continue;
                run.Warn(Name, site.Nodes, written.Value.Position, written.Value.Path,
                    $"an actor that {issuer} calls so passes too: its tokens bring act with them (act: accept), and rule {import.Name} in line {import.Position.Line} puts nobody in front of it; add act.iss: {{ exists: false }} if one of ours is meant, or that issuer's identifier");
            }
        }
    }

    static (Rule Rule, string Issuer)? FirstImport(LintRun run)
    {
        foreach (var (rule, _, _) in run.Rules)
        {
            if (rule.Actor is not ActorRequirement.Nobody) continue;
            foreach (var name in rule.Subject.Issuers!.Order(StringComparer.Ordinal))
                if (run.Draft.Issuers.TryGetValue(name, out var issuer) && issuer.Issuer is { AcceptsAct: true }) return (rule, name);
        }

        return null;
    }
}
