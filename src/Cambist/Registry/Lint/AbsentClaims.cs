namespace Cambist;

/// <summary>
/// A claim that a resource wants copied and that no token exchanged for it ever carries: all its rules take our own tokens, and
/// none of the resources those are for has the claim.
/// </summary>
static class AbsentClaims
{
    public const string Name = "absent-claim";

    public static void Check(LintRun run)
    {
        var rules = run.Rules.SelectMany(rule => rule.Rule.Targets.Keys, (rule, target) => (rule.Rule, Target: target)).ToLookup(pair => pair.Target, pair => pair.Rule);
        foreach (var draft in run.Draft.Resources.Values.Where(draft => !draft.Resource.Claims.IsEmpty))
        {
            var giving = rules[draft.Resource.Name].ToArray();
            if (giving.Length == 0 || !giving.All(rule => rule.Subject.Issuers!.All(issuer => issuer == ReservedNames.Self))) continue;
            var sources = Sources(giving, run, rules).Take(10_000).ToArray();
            if (sources.Length == 0) continue;
            foreach (var claim in draft.Resource.Claims)
            {
                // a token for the resource itself has the claim only if an earlier one had
                var missing = claim.Template.Paths.FirstOrDefault(path => !sources.Any(source => source.Resource == draft.Resource
                    ? HopPaths.Adds(source.Rule, path)
                    : HopPaths.Carries(source.Resource, source.Rule, path)));
                if (missing is not null) Report(draft, claim, missing, sources.Select(source => source.Resource.Name).FirstOrDefault(name => name != draft.Resource.Name) ?? draft.Resource.Name, run);
            }
        }
    }

    // what the clients of these rules may send: tokens for the resources they serve, and tokens issued to themselves
    static IEnumerable<(ProtectedResource Resource, Rule Rule)> Sources(Rule[] giving, LintRun run, ILookup<string, Rule> rules)
    {
        var clients = giving.SelectMany(rule => rule.Clients).ToHashSet();
        var served = clients.SelectMany(id => run.Registry.Clients[id].Serves).DistinctBy(resource => resource.Name);
        return served.SelectMany(resource => rules[resource.Name], (resource, rule) => (resource, rule))
            .Concat(run.Rules.Where(rule => rule.Rule.Clients.Overlaps(clients)).SelectMany(rule => rule.Rule.Targets.Keys, (rule, target) => (run.Registry.Resources[target], rule.Rule)));
    }

    static void Report(ResourceDraft draft, ClaimMapping claim, ClaimPath missing, string from, LintRun run)
    {
        var written = (run.Entry("resources", draft.Resource.Name)!.Value as DocumentMap)!.Member("claims")!;
        var node = written is DocumentMap map ? map.Member(claim.Name)! : NodeReader.Items(written).First(item => item is DocumentScalar scalar && scalar.Value == claim.Name);
        run.Warn(Name, node.Position, written.Path,
            $"'{missing.Text}' is never there: every rule for {draft.Resource.Name} takes our own tokens, and none of those carries it. Add it where they come from, such as resources.{from}.claims, or delete it here");
    }
}
